import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findLeftovers,
  identify,
  isAlive,
  ownedName,
  ownerOfName,
  removeLeftovers,
  type ProcessIdentity,
} from '@fenceline/vm';
import { z } from 'zod';

/** What a lab's folder says of the lab's own process, beside the owner that is in the folder's name. */
const labProcessFile = 'process.json';
const labProcessSchema = z.object({ pid: z.int().positive(), startTime: z.number() });

/** The folder of one attempt at work. */
export interface LabFolder {
  path: string;
  /** Of the recording; the lab makes it. */
  evidence: string;
  /** Writes down who the lab's process is, so that it can be ended when its owner has died. */
  began(pid: number): Promise<void>;
  remove(): Promise<void>;
}

/**
 * The folders of this worker's labs. Each is named after the process that owns it, by number and start time, and says
 * who it is for; what a dead worker has left is known by that, and several workers may share a machine and a folder.
 */
export class LabFolders {
  private readonly root: string;

  constructor(
    folder: string,
    private readonly owner: { workerId: string; instance: string },
  ) {
    this.root = join(folder, 'labs');
  }

  async create(attemptId: string): Promise<LabFolder> {
    const path = join(this.root, ownedName());
    await mkdir(path, { recursive: true, mode: 0o700 });
    await writeFile(
      join(path, 'owner.json'),
      `${JSON.stringify({ ...this.owner, attemptId, pid: process.pid })}\n`,
    );
    return {
      path,
      evidence: join(path, 'evidence'),
      began: async (pid) => {
        const lab = identify(pid);
        if (lab !== undefined) await writeFile(join(path, labProcessFile), JSON.stringify(lab));
      },
      remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
    };
  }

  /**
   * Takes away what dead workers have left: their labs' processes (QEMU dies with them), folders and sockets. What
   * belongs to a process that lives is not touched. Gives back what was found, for the log.
   */
  async cleanUp(): Promise<string[]> {
    const found: string[] = [];
    for (const name of await namesIn(this.root)) {
      const owner = ownerOfName(name);
      if (owner === undefined || isAlive(owner)) continue;
      const path = join(this.root, name);
      const lab = await labProcessOf(path);
      if (lab !== null && isAlive(lab)) {
        // Nobody is left to whom it could report.
        process.kill(lab.pid, 'SIGKILL');
        found.push(`lab process ${lab.pid} of process ${owner.pid}, which has ended`);
      }
      await rm(path, { recursive: true, force: true, maxRetries: 5 });
      found.push(`folder ${path} of process ${owner.pid}, which has ended`);
    }
    const leftovers = await findLeftovers();
    await removeLeftovers(leftovers);
    return [...found, ...leftovers.map(({ describe }) => describe)];
  }
}

async function labProcessOf(folder: string): Promise<ProcessIdentity | null> {
  try {
    const text = await readFile(join(folder, labProcessFile), 'utf8');
    return labProcessSchema.parse(JSON.parse(text));
  } catch {
    // It had not begun, or its folder was cut off in the middle of writing: then it ends with its channel.
    return null;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}
