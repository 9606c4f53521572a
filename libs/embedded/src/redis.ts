import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { ended, lastWords } from './child.js';
import { freePort } from './free-port.js';

export interface RedisOptions {
  /** Working folder of the server; made when it is missing. */
  folder: string;
  /** @defaultValue a free port */
  port?: number;
}

export interface EmbeddedRedis {
  port: number;
  pid: number;
  url: string;
  /** Stops the server in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a Redis server of its own on 127.0.0.1. It keeps nothing on disk: all that it holds can be made again.
 *
 * @throws Error with the server's last words when it does not come up
 */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  await mkdir(options.folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const child = spawn(
    binary(),
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', options.folder],
      ...['--maxmemory-policy', 'noeviction', '--save', '', '--appendonly', 'no'],
    ],
    { argv0: 'redis-server', stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const words = lastWords(child);
  const server = { over: false };
  void ended(child).then(() => (server.over = true));
  const url = `redis://127.0.0.1:${port}`;
  const probe = new Redis(url, {
    retryStrategy: () => (server.over ? null : 20),
    maxRetriesPerRequest: null,
  });
  probe.on('error', () => undefined);
  try {
    await probe.ping();
  } catch (cause) {
    throw new Error(`Redis did not start: ${words()}`, { cause });
  } finally {
    probe.disconnect();
  }
  return {
    port,
    pid: child.pid!,
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
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
