import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, startRedis } from '@fenceline/embedded';
import type { TestProject } from 'vitest/node';
import { killIfThere } from '../kill-if-there.js';
import { whenCutShort } from '../when-cut-short.js';

const run = promisify(execFile);

declare module 'vitest' {
  export interface ProvidedContext {
    /** Port of a Postgres of the tests' own, with the migrated database `template`. */
    postgresPort: number;
    redisUrl: string;
  }
}

/** Starts Postgres and Redis for all specs of the service, and stops them at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-service-'));
  // The account that Postgres runs as must get to its folder.
  await chmod(folder, 0o755);
  const postgres = await startPostgres({ folder: path.join(folder, 'postgres'), durable: false });
  const redis = await startRedis({ folder: path.join(folder, 'redis') });
  const undone = whenCutShort(() => {
    killIfThere(postgres.pid, 'SIGQUIT');
    killIfThere(redis.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  const template = await postgres.database('template');
  await run('npx', ['--no', '--', 'prisma', 'migrate', 'deploy'], {
    env: { ...process.env, DATABASE_URL: template },
  });
  project.provide('postgresPort', postgres.port);
  project.provide('redisUrl', redis.url);
  return async () => {
    undone();
    await redis.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
