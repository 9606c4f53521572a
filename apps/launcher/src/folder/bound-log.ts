import { copyFileSync, statSync, truncateSync } from 'node:fs';

/**
 * Keeps a log from growing without end: one that is larger than `mostBytes` becomes `FILE.1`, in place of the one
 * before, and begins anew. Whoever writes to it appends, and need not know.
 */
export function boundLog(file: string, mostBytes: number): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= mostBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}
