import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Program } from './program.js';
import type { WorkerLine } from './worker-line.js';

const program = path.join(import.meta.dirname, '../programs/worker.mjs');

export interface ChaosWorkerOptions {
  name: string;
  /** Folder of its own. */
  folder: string;
  environment: Record<string, string>;
  slots: number;
  line: WorkerLine;
  joinToken: string;
  /** Enters the worker's network. */
  prefix: readonly string[];
}

/** A worker that is killed, stopped and started again: a process after the other, with one credential. */
export class ChaosWorker {
  private constructor(
    private readonly options: ChaosWorkerOptions,
    private process: Program,
    readonly id: string,
  ) {}

  static async start(options: ChaosWorkerOptions): Promise<ChaosWorker> {
    await mkdir(options.folder, { recursive: true });
    await writeFile(tokenFile(options), options.joinToken, { mode: 0o600 });
    const { program, ready } = await begin(options);
    return new ChaosWorker(options, program, ready['worker']!);
  }

  get name(): string {
    return this.options.name;
  }

  get line(): WorkerLine {
    return this.options.line;
  }

  /** Its last words where it ended although nobody had told it to. */
  deaths(): string[] {
    return this.process.endedByItself ? [`worker ${this.name}: ${this.lastWords}`] : [];
  }

  get lastWords(): string {
    return this.process.lastWords;
  }

  kill(): Promise<void> {
    return this.process.end('SIGKILL');
  }

  async startAgain(): Promise<void> {
    this.process = (await begin(this.options)).program;
  }

  stop(): void {
    this.process.signal('SIGSTOP');
  }

  goOn(): void {
    this.process.signal('SIGCONT');
  }

  /** Ends in order, when all that it runs has come to its end. */
  drain(): Promise<void> {
    return this.process.end('SIGTERM');
  }

  /** The process of an attempt's lab; null where there is none (yet). */
  async labOf(attemptId: string): Promise<number | null> {
    for (const folder of await this.labFolders()) {
      const owner = await documentOf<{ attemptId: string }>(path.join(folder, 'owner.json'));
      if (owner?.attemptId !== attemptId) continue;
      return (await documentOf<{ pid: number }>(path.join(folder, 'process.json')))?.pid ?? null;
    }
    return null;
  }

  /** The folders of labs that there are. */
  async labFolders(): Promise<string[]> {
    const labs = path.join(this.options.folder, 'labs');
    return (await readdir(labs).catch(() => [])).map((name) => path.join(labs, name));
  }
}

async function begin(
  options: ChaosWorkerOptions,
): Promise<{ program: Program; ready: Record<string, string> }> {
  const { name, folder, environment, slots, line, prefix } = options;
  return await Program.start({
    module: program,
    prefix,
    environment: {
      ...environment,
      FENCELINE_SERVICE: line.url,
      FENCELINE_WORKER_FOLDER: folder,
      FENCELINE_JOIN_TOKEN_FILE: tokenFile(options),
      FENCELINE_WORKER_NAME: name,
      FENCELINE_SLOTS: String(slots),
      FENCELINE_MEMORY_MIB: String(slots * 256),
      FENCELINE_CORES: String(slots),
      FENCELINE_ACCELERATOR: 'none',
      FENCELINE_LOG_LEVEL: 'error',
    },
  });
}

function tokenFile({ folder }: ChaosWorkerOptions): string {
  return path.join(folder, 'join-token');
}

async function documentOf<Document>(file: string): Promise<Document | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Document;
  } catch {
    // It is being written, or its attempt has just ended.
    return null;
  }
}
