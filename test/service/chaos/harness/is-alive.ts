import { existsSync } from 'node:fs';

/** Whether there is a process of this number. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
