import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, type Ended } from '../run-fenceline.js';
import { launch, type Launched } from './launch.js';

/** The whole service of this machine as its launcher starts it, and the command line as somebody calls it. */
export class ServiceOfOneMachine {
  private constructor(
    /** What it keeps is in here, and there is room for what is fetched from it. */
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly launched: Launched,
    private readonly login: Record<string, string>,
  ) {}

  static async start(): Promise<ServiceOfOneMachine> {
    const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-service-'));
    // Postgres's account must get through.
    await chmod(folder, 0o711);
    const data = path.join(folder, 'data');
    const environment = {
      ...process.env,
      ...{ FENCELINE_DATA: data, DATABASE_URL: undefined, REDIS_URL: undefined },
    };
    const launched = launch(['start'], environment);
    try {
      const up = await launched.line(/^Fenceline is up: /);
      const token = await readFile(path.join(data, 'admin-token'), 'utf8');
      return new ServiceOfOneMachine(folder, environment, launched, {
        FENCELINE_SERVICE: up.replace('Fenceline is up: ', ''),
        FENCELINE_TOKEN: token.trim(),
      });
    } catch (error) {
      await end(launched, environment, folder);
      throw error;
    }
  }

  /** Runs `fenceline ARGS`. */
  fenceline(...args: string[]): Promise<Ended> {
    return run(['fenceline', ...args], this.login);
  }

  /** Runs `fenceline ARGS`, and reads the last line of what it prints. @throws Error where it does not exit with 0 */
  async ask<Answer>(...args: string[]): Promise<Answer> {
    const { exitCode, stdout, stderr } = await this.fenceline(...args);
    if (exitCode !== 0) throw new Error(`fenceline ${args.join(' ')}: ${exitCode}\n${stderr}`);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Answer;
  }

  /** Ends all of it, and removes what it kept. */
  remove(): Promise<void> {
    return end(this.launched, this.environment, this.folder);
  }
}

async function end(
  { ended }: Launched,
  environment: NodeJS.ProcessEnv,
  folder: string,
): Promise<void> {
  await launch(['stop', '--now'], environment).ended;
  await ended;
  await rm(folder, { recursive: true, force: true });
}
