import { freePort, startPostgres, startRedis } from '@fenceline/embedded';
import { Administration } from './administration.js';
import { boundLog } from './folder/bound-log.js';
import type { DataFolder } from './folder/data-folder.js';
import { identityOf, writeState } from './folder/state-file.js';
import { programPart } from './parts/program-part.js';
import { serverPart } from './parts/server-part.js';
import type { Programs } from './programs.js';
import type { Settings } from './settings.js';
import { Supervisor } from './supervisor.js';
import { workerEnvironment } from './worker-environment.js';

/** The most that a log may hold; as much again is kept of the time before. */
const logBytes = 10 * 1024 * 1024;
const boundEveryMs = 10_000;
/** How long the control plane may take to answer what it has begun. */
const controlPlaneGraceMs = 20_000;

export interface ServiceLinks {
  address: string;
  /** Works once. */
  signIn: string;
}

/** The whole service on this machine: Postgres, Redis, control plane and worker. */
export class Service {
  private readonly supervisor: Supervisor;
  private address: string | null = null;
  private databaseUrl: string | undefined;
  private redisUrl: string | undefined;
  private readonly bounding: NodeJS.Timeout;

  constructor(
    private readonly settings: Settings,
    private readonly folder: DataFolder,
    private readonly programs: Programs,
    private readonly report: (line: string) => void,
  ) {
    this.databaseUrl = settings.databaseUrl;
    this.redisUrl = settings.redisUrl;
    const launcher = identityOf(process.pid);
    this.supervisor = new Supervisor({
      report: (line) => report(line),
      onChange: (running) => {
        const parts = running.flatMap(({ name, pid, restarts }) => {
          try {
            return [{ name, process: identityOf(pid), restarts }];
          } catch {
            // It has just ended; the supervisor tells so in a moment.
            return [];
          }
        });
        writeState(folder.state, { launcher, address: this.address, parts });
      },
    });
    writeState(folder.state, { launcher, address: null, parts: [] });
    this.boundLogs();
    this.bounding = setInterval(() => this.boundLogs(), boundEveryMs).unref();
  }

  /**
   * Starts everything, one after the other.
   *
   * @throws Error where a part does not come up, or where `stop` was called meanwhile; then all is to be stopped
   */
  async start(): Promise<ServiceLinks> {
    if (this.settings.databaseUrl === undefined) await this.startPostgres();
    if (this.settings.redisUrl === undefined) await this.startRedis();
    const administration = new Administration(this.folder, this.programs, this.databaseUrl ?? '');
    await administration.migrate();
    const address = await this.startControlPlane();
    const signIn = await administration.signInLink(address);
    await administration.prepareWorker(address);
    await this.startWorker(address);
    const kernel = await administration.fetchFirstKernel(address);
    if (kernel !== null)
      this.report(
        `The kernel ${kernel} is being fetched from Debian, then its guest images are built: fenceline list kernels.`,
      );
    return { address, signIn };
  }

  /** Stops everything in order: the worker, the control plane, Redis, Postgres. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
    clearInterval(this.bounding);
  }

  /** Has the worker leave the labs that it would finish. */
  hurry(): void {
    this.supervisor.hurry();
  }

  private async startPostgres(): Promise<void> {
    const { folder, settings } = this;
    const port = settings.postgresPort ?? (await freePort());
    const start = () =>
      startPostgres({ folder: folder.postgres, port, log: folder.log('postgres') });
    await this.supervisor.start(
      serverPart('postgres', start, async (server) => {
        this.databaseUrl = await server.database('fenceline');
      }),
    );
    this.report('Postgres is up.');
  }

  private async startRedis(): Promise<void> {
    const { folder, settings } = this;
    const port = settings.redisPort ?? (await freePort());
    const start = () => startRedis({ folder: folder.redis, port, log: folder.log('redis') });
    await this.supervisor.start(
      serverPart('redis', start, (server) => {
        this.redisUrl = server.url;
        return Promise.resolve();
      }),
    );
    this.report('Redis is up.');
  }

  private async startControlPlane(): Promise<string> {
    const { folder, programs } = this;
    // The same at each start of it: the worker and browsers know the address.
    const port = this.settings.port ?? (await freePort());
    await this.supervisor.start(
      programPart({
        name: 'control-plane',
        script: programs.controlPlane,
        environment: () => ({
          ...process.env,
          DATABASE_URL: this.databaseUrl,
          REDIS_URL: this.redisUrl,
          FENCELINE_ARTIFACTS: process.env['FENCELINE_ARTIFACTS'] ?? folder.artifacts,
          FENCELINE_PORT: String(port),
        }),
        log: folder.log('control-plane'),
        onReady: (line) => (this.address = (line as { listening: string }).listening),
        graceMs: controlPlaneGraceMs,
      }),
    );
    this.report('The control plane is up.');
    if (this.address === null) throw new Error('The control plane did not say its address.');
    return this.address;
  }

  private async startWorker(address: string): Promise<void> {
    const { folder, programs, settings } = this;
    await this.supervisor.start(
      programPart({
        name: 'worker',
        script: programs.worker,
        environment: () => ({
          ...workerEnvironment(process.env),
          FENCELINE_SERVICE: address,
          FENCELINE_WORKER_FOLDER: folder.worker,
          FENCELINE_JOIN_TOKEN_FILE: folder.joinToken,
        }),
        log: folder.log('worker'),
        graceMs: settings.drainSeconds * 1000,
      }),
    );
    this.report('The worker is up.');
  }

  private boundLogs(): void {
    for (const part of ['postgres', 'redis', 'control-plane', 'worker']) {
      boundLog(this.folder.log(part), logBytes);
    }
  }
}
