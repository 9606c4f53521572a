import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, and what of it tells whose it is. */
export interface SeenProcess {
  pid: number;
  /** Its arguments. */
  command: string;
  /** Folder that it works in. */
  folder: string;
  /** NAME=VALUE of its environment when it was started. */
  environment: string[];
}

/** The processes that there are; one that ends meanwhile is none. */
export function seenProcesses(): SeenProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const read = (what: string) => readFileSync(`/proc/${name}/${what}`, 'utf8').split('\0');
      const command = read('cmdline').join(' ').trim();
      const folder = readlinkSync(`/proc/${name}/cwd`);
      return [{ pid: Number(name), command, folder, environment: read('environ') }];
    } catch {
      return [];
    }
  });
}
