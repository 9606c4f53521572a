import { mkdirSync, mkdtempSync, chmodSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { killIfThere } from '../../../support/kill-if-there.js';
import { isAlive } from './is-alive.js';
import { seenProcesses, type SeenProcess } from './seen-processes.js';

const markName = 'CHAOS_RUN';
const folderPrefix = 'fenceline-chaos-';

/**
 * What a run is known by: a folder, and a mark in the environment of its processes. Both carry the number of the process
 * that runs it, so that those of a run that was killed are known too.
 */
export class RunTraces {
  readonly folder: string;
  readonly mark: string;

  constructor() {
    removeDead();
    this.folder = mkdtempSync(path.join(tmpdir(), `${folderPrefix}${process.pid}-`));
    // The account that Postgres runs as must get to its folder.
    chmodSync(this.folder, 0o755);
    mkdirSync(this.temporary);
    this.mark = path.basename(this.folder);
  }

  /** Folder for the temporary files of its processes. */
  get temporary(): string {
    return path.join(this.folder, 'tmp');
  }

  get environment(): Record<string, string> {
    return {
      [markName]: this.mark,
      HOME: this.folder,
      TMPDIR: this.temporary,
      XDG_CACHE_HOME: path.join(this.folder, 'cache'),
    };
  }

  /** Its processes, those alone that have the mark. */
  processes(): SeenProcess[] {
    return seenProcesses().filter((one) => markOf(one) === this.mark);
  }

  /** Ends what still runs, and removes the folder. */
  remove(): void {
    removeRun(this.folder);
  }
}

/** Removes runs of processes that are no more. */
function removeDead(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeRun(path.join(tmpdir(), name));
  }
}

function removeRun(folder: string): void {
  for (const one of seenProcesses()) {
    if (markOf(one) === path.basename(folder)) killIfThere(one.pid, 'SIGKILL');
    // Postgres and Redis have no mark, but work in their folders. Postgres ends by this signal at once and in order.
    else if (one.folder.startsWith(`${folder}/`)) killIfThere(one.pid, 'SIGQUIT');
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function markOf({ environment }: SeenProcess): string | undefined {
  return environment.find((one) => one.startsWith(`${markName}=`))?.slice(markName.length + 1);
}
