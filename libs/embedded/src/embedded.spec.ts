import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresAccount, type Account } from './postgres-account.js';
import { postgresBinaries } from './postgres-binaries.js';
import { ensureCluster, ensureFolder } from './postgres-cluster.js';
import { startPostgres } from './postgres.js';
import { reachableBinaries } from './reachable-binaries.js';
import { startRedis } from './redis.js';
import { stopProcess } from './stop-process.js';

const asRoot = process.getuid?.() === 0;

/** Of a child that has ended and that nobody has waited for: no process works under this number now. */
async function numberOfNobody(): Promise<number> {
  const child = spawn('true', { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid!;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fenceline-embedded-'));
  // The account that Postgres runs as must get to its folder.
  await chmod(folder, 0o755);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an embedded Postgres', () => {
  const start = () => startPostgres({ folder: path.join(folder, 'pg'), durable: false });

  const ensureClusterIn = async (binaries: string, account: Account) => {
    const pg = path.join(folder, 'pg');
    await ensureFolder(pg, account);
    return ensureCluster(binaries, pg, account);
  };

  it('stops the server that was left, and has its rows', async () => {
    const left = await start();
    await left.database('kept');
    const next = await start();
    await left.ended;
    expect(next.pid).not.toBe(left.pid);
    expect(await next.database('kept')).toContain(`:${next.port}/kept`);
    await next.stop();
    await next.ended;
  });

  it.each([
    ['of nobody', numberOfNobody],
    ['of somebody who works elsewhere', () => Promise.resolve(process.pid)],
  ])('starts where the pid file has the number %s', async (_, number) => {
    await (await start()).stop();
    const file = path.join(folder, 'pg/data/postmaster.pid');
    await writeFile(file, `${await number()}\n${path.join(folder, 'pg/data')}\n1\n5432\n\n\n\n`);
    const server = await start();
    expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^${server.pid}\n`));
    await server.stop();
  });

  it('refuses a cluster of another version, and says what to do', async () => {
    await mkdir(path.join(folder, 'pg/data'), { recursive: true });
    await writeFile(path.join(folder, 'pg/data/PG_VERSION'), '12\n');
    await expect(start()).rejects.toThrow(
      /is of PostgreSQL 12; PostgreSQL 17 .*cannot open it\. Either .*pg_dump.*DATABASE_URL/,
    );
  });

  it('makes a cluster anew that was interrupted', async () => {
    await mkdir(path.join(folder, 'pg/data.making'), { recursive: true });
    await writeFile(path.join(folder, 'pg/data.making/PG_VERSION'), '17\n');
    await (await start()).stop();
    expect(existsSync(path.join(folder, 'pg/data.making'))).toBe(false);
  });

  it.runIf(asRoot)('names the folder that does not let its account through', async () => {
    await chmod(folder, 0o700);
    await expect(start()).rejects.toThrow(
      `${folder} does not let it through. Either allow that (chmod o+x ${folder})`,
    );
  });

  it.runIf(asRoot)('runs from a copy where its account cannot reach the programs', async () => {
    const closed = path.join(folder, 'home');
    await cp(path.dirname(postgresBinaries()), path.join(closed, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await chmod(closed, 0o700);
    const account = await postgresAccount();
    const reach = () => reachableBinaries(account, path.join(closed, 'native/bin'), folder);
    expect(await reach()).toBe(path.join(folder, 'programs/bin'));
    const cluster = await ensureClusterIn(await reach(), account);
    expect(existsSync(path.join(cluster, 'PG_VERSION'))).toBe(true);
    expect(existsSync(path.join(folder, 'programs.making'))).toBe(false);
    await chmod(closed, 0o711);
    expect(await reach()).toBe(path.join(closed, 'native/bin'));
  });

  it('says what the server said when it does not start', async () => {
    await (await start()).stop();
    await writeFile(path.join(folder, 'pg/data/postgresql.conf'), 'nonsense = 1\n');
    await expect(start()).rejects.toThrow(/did not start: .*nonsense/s);
    const log = path.join(folder, 'log');
    await expect(
      startPostgres({ folder: path.join(folder, 'pg'), durable: false, log }),
    ).rejects.toThrow(/did not start: .*nonsense/s);
    expect(await readFile(log, 'utf8')).toContain('nonsense');
  });
});

describe('an embedded Redis', () => {
  const start = () => startRedis({ folder: path.join(folder, 'redis') });

  it('lets nobody in without its password, which stays the same and is no argument', async () => {
    const first = await start();
    const stranger = new Redis(first.port, '127.0.0.1', { maxRetriesPerRequest: 0 });
    stranger.on('error', () => undefined);
    await expect(stranger.get('x')).rejects.toThrow('NOAUTH');
    stranger.disconnect();
    const { password } = new URL(first.url);
    expect(await readFile(`/proc/${first.pid}/cmdline`, 'utf8')).not.toContain(password);
    await first.stop();
    const second = await start();
    expect(new URL(second.url).password).toBe(password);
    await second.stop();
  });

  it('stops the server that was left', async () => {
    const left = await start();
    const next = await start();
    await left.ended;
    expect(next.pid).not.toBe(left.pid);
    await next.stop();
    await next.ended;
    expect(existsSync(path.join(folder, 'redis/redis.pid'))).toBe(false);
  });

  it('starts where the pid file has the number of somebody who works elsewhere', async () => {
    await mkdir(path.join(folder, 'redis'));
    await writeFile(path.join(folder, 'redis/redis.pid'), `${process.pid}\n`);
    await (await start()).stop();
  });
});

describe('stopProcess', () => {
  it('kills what does not end by the signal', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    await stopProcess(child.pid!, 'SIGTERM', 500);
    expect(await ended).toBe('SIGKILL');
  });

  it('has nothing to do where there is no such process', async () => {
    await stopProcess(await numberOfNobody(), 'SIGTERM');
  });
});
