import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
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
  const server = await startServer(
    binary(),
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', options.folder],
      ...['--pidfile', pidFile, '--maxmemory-policy', 'noeviction', '--save', ''],
      ...['--appendonly', 'no'],
    ],
    { argv0: 'redis-server' },
    options.log,
  );
  const url = `redis://127.0.0.1:${port}`;
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
