import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort, startPostgres, startRedis } from '@fenceline/embedded';
import type { EmbeddedPostgres, EmbeddedRedis } from '@fenceline/embedded';
import { Program } from './program.js';
import { Rows } from './rows.js';

const run = promisify(execFile);
const here = path.join(import.meta.dirname, '..');

/** A defence that can be left out. */
export type Defence = 'fencing' | 'outbox' | 'reconciler';

export interface ServiceOptions {
  /** Folder of all that it keeps. */
  folder: string;
  /** Of every process of it. */
  environment: Record<string, string>;
  leaseSeconds: number;
  claimSeconds: number;
  without?: Defence | undefined;
}

interface ControlPlane {
  port: number;
  program: Program;
}

/**
 * A whole service in processes of its own: Postgres, Redis and two control planes, each of which can be killed and comes
 * back at the same port.
 */
export class Service {
  readonly artifacts: string;
  private readonly controlPlanes: ControlPlane[] = [];
  private ending: Promise<void> | null = null;

  private constructor(
    private readonly options: ServiceOptions,
    private postgres: EmbeddedPostgres,
    private redis: EmbeddedRedis,
    private readonly databaseUrl: string,
    readonly rows: Rows,
    /** A token that may do everything. */
    readonly token: string,
  ) {
    this.artifacts = path.join(options.folder, 'artifacts');
  }

  static async start(options: ServiceOptions): Promise<Service> {
    const at = (name: string) => path.join(options.folder, name);
    const [postgres, redis] = await Promise.all([
      startPostgres({ folder: at('postgres'), durable: false }),
      startRedis({ folder: at('redis') }),
    ]);
    const databaseUrl = await postgres.database('fenceline');
    await run('npx', ['--no', '--', 'prisma', 'migrate', 'deploy'], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
    });
    const rows = new Rows(databaseUrl);
    const service = new Service(options, postgres, redis, databaseUrl, rows, await newToken(rows));
    const ports = [await freePort(), await freePort()];
    service.controlPlanes.push(
      ...(await Promise.all(
        ports.map(async (port) => ({ port, program: await service.startControlPlane(port) })),
      )),
    );
    return service;
  }

  /** The control planes that are there now. */
  urls(): string[] {
    return this.controlPlanes
      .filter(({ program }) => program.alive)
      .map(({ port }) => `http://127.0.0.1:${port}`);
  }

  get controlPlaneCount(): number {
    return this.controlPlanes.length;
  }

  get ports(): number[] {
    return [...this.controlPlanes.map(({ port }) => port), this.postgres.port, this.redis.port];
  }

  get redisPort(): number {
    return this.redis.port;
  }

  /** Control planes that ended although nobody had told them to, with their last words. */
  deaths(): string[] {
    return this.controlPlanes
      .filter(({ program }) => program.endedByItself)
      .map(({ port, program }) => `control plane at port ${port}: ${program.lastWords}`);
  }

  async killControlPlane(index: number, awayMs: number): Promise<void> {
    const one = this.controlPlanes[index]!;
    // One that has died by itself is to be found dead.
    if (!one.program.alive) return;
    await one.program.end('SIGKILL');
    await delay(awayMs);
    one.program = await this.startControlPlane(one.port);
  }

  /** Redis loses all that it had. */
  async killRedis(awayMs: number): Promise<void> {
    const { port, pid } = this.redis;
    process.kill(pid, 'SIGKILL');
    await this.redis.stop();
    await delay(awayMs);
    this.redis = await startRedis({ folder: path.join(this.options.folder, 'redis'), port });
  }

  /** @param how in order, or as after a crash */
  async restartPostgres(how: 'fast' | 'crash', awayMs: number): Promise<void> {
    const { port, pid } = this.postgres;
    if (how === 'crash') process.kill(pid, 'SIGQUIT');
    await this.postgres.stop();
    await delay(awayMs);
    this.postgres = await startPostgres({
      folder: path.join(this.options.folder, 'postgres'),
      port,
      durable: false,
    });
  }

  /** Ends the control planes in order. */
  async endControlPlanes(): Promise<void> {
    await Promise.all(this.controlPlanes.map(({ program }) => program.end('SIGTERM')));
  }

  /** Ends all of it; once is enough. */
  end(): Promise<void> {
    this.ending ??= this.endAll();
    return this.ending;
  }

  private async endAll(): Promise<void> {
    for (const { program } of this.controlPlanes) if (program.alive) await program.end('SIGKILL');
    await this.rows.close();
    await this.redis.stop();
    await this.postgres.stop();
  }

  private async startControlPlane(port: number): Promise<Program> {
    const { environment, leaseSeconds, claimSeconds, without } = this.options;
    const { program } = await Program.start({
      module: path.join(here, 'programs/control-plane.mjs'),
      environment: {
        ...environment,
        DATABASE_URL: this.databaseUrl,
        REDIS_URL: this.redis.url,
        FENCELINE_PORT: String(port),
        FENCELINE_ARTIFACTS: path.join(this.options.folder, 'artifacts'),
        FENCELINE_ARTIFACTS_RESERVE_MIB: '0',
        FENCELINE_LEASE_SECONDS: String(leaseSeconds),
        FENCELINE_CLAIM_SECONDS: String(claimSeconds),
        FENCELINE_TOKEN_RATE: '0',
        FENCELINE_ADDRESS_RATE: '0',
        FENCELINE_LOG_LEVEL: 'error',
        ...(without !== undefined && { CHAOS_WITHOUT: without }),
      },
    });
    return program;
  }
}

async function newToken(rows: Rows): Promise<string> {
  const secret = `flt_${randomBytes(32).toString('base64url')}`;
  await rows.read(
    `INSERT INTO tokens (id, project_id, owner, name, hash, scopes)
     SELECT $1, id, 'chaos', 'chaos', $2, ARRAY['read', 'submit', 'operate', 'admin']
       FROM projects LIMIT 1`,
    [randomUUID(), createHash('sha256').update(secret).digest()],
  );
  return secret;
}
