import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import { startServer } from './child.js';
import { freePort } from './free-port.js';
import { leftServer } from './left-server.js';
import { stopProcess } from './stop-process.js';

export interface RedisOptions {
  /** Working folder of the server; made when it is missing. Nobody else may use it: the caller sees to that. */
  folder: string;
  /** @defaultValue a free port */
  port?: number;
  /** File that the server's log is added to. @defaultValue none is kept */
  log?: string;
}

export interface EmbeddedRedis {
  port: number;
  pid: number;
  /** With the password of the default user. */
  url: string;
  /** Resolves when the server has ended, asked to or not. */
  ended: Promise<void>;
  /** Stops the server in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis server of its own on 127.0.0.1. It keeps nothing on disk: all that it holds can be made again. One
 * that somebody left in the folder, because he was killed, is stopped first.
 *
 * @throws Error with the server's last words when it does not come up
 */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  await mkdir(options.folder, { recursive: true });
  const pidFile = path.join(options.folder, 'redis.pid');
  const left = await leftServer(pidFile, options.folder);
  if (left !== null) await stopProcess(left, 'SIGTERM');

  const port = options.port ?? (await freePort());
  const password = await passwordOf(options.folder);
  const configuration = path.join(options.folder, 'redis.conf');
  // In a file: what is an argument can be seen by every user of the machine.
  await writeFile(configuration, `requirepass ${password}\n`, { mode: 0o600 });
  const server = await startServer(
    binary(),
    [
      configuration,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', options.folder],
      ...['--pidfile', pidFile, '--maxmemory-policy', 'noeviction', '--save', ''],
      ...['--appendonly', 'no'],
    ],
    { argv0: 'redis-server' },
    options.log,
  );
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const probe = new Redis(url, {
    retryStrategy: () => (server.over ? null : 20),
    maxRetriesPerRequest: null,
  });
  probe.on('error', () => undefined);
  try {
    await probe.ping();
  } catch (cause) {
    throw new Error(`Redis did not start: ${server.lastWords()}`, { cause });
  } finally {
    probe.disconnect();
  }
  return {
    port,
    pid: server.pid,
    url,
    ended: server.ended,
    stop: () => stopProcess(server.pid, 'SIGTERM'),
  };
}

/** The password of the default user, the same at each start: who knows the URL keeps knowing it. */
async function passwordOf(folder: string): Promise<string> {
  const file = path.join(folder, 'password');
  try {
    return await readFile(file, 'utf8');
  } catch {
    const password = randomBytes(32).toString('hex');
    await writeFile(file, password, { mode: 0o600 });
    return password;
  }
}

/**
 * Debian's `redis-tools` has the server's binary under the name of a tool, and no service: with the argument zero
 * `redis-server` it is the server.
 */
function binary(): string {
  const found = [
    '/usr/bin/redis-server',
    '/usr/local/bin/redis-server',
    '/usr/bin/redis-check-rdb',
  ].find(existsSync);
  if (found === undefined) throw new Error('Redis is missing: apt-get install redis-tools');
  return found;
}
