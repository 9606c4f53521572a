import path from 'node:path';
import pg from 'pg';
import { startServer, type ServerProcess } from './child.js';
import { freePort } from './free-port.js';
import { leftServer } from './left-server.js';
import { postgresAccount } from './postgres-account.js';
import { postgresBinaries } from './postgres-binaries.js';
import { ensureCluster, ensureFolder, user } from './postgres-cluster.js';
import { reachableBinaries } from './reachable-binaries.js';
import { stopProcess } from './stop-process.js';

export interface PostgresOptions {
  /** Folder of the cluster; made when it is missing. Nobody else may use it: the caller sees to that. */
  folder: string;
  /** @defaultValue a free port */
  port?: number;
  /** Off, a crash of the machine may damage the folder: for tests alone. @defaultValue true */
  durable?: boolean;
  /** File that the server's log is added to. @defaultValue none is kept */
  log?: string;
}

export interface EmbeddedPostgres {
  port: number;
  pid: number;
  /** Resolves when the server has ended, asked to or not. */
  ended: Promise<void>;
  /** The URL of a database of the cluster; the database is made when it is missing. */
  database(name: string): Promise<string>;
  /** Ends connections and stops the server in order; resolves when it is gone. */
  stop(): Promise<void>;
}

/** SIGINT is Postgres's fast shutdown: it ends sessions, writes a checkpoint and exits. */
const fastShutdown = 'SIGINT';

/**
 * Starts a Postgres server of its own on 127.0.0.1. One that somebody left in the folder, because he was killed, is
 * stopped first.
 *
 * @throws Error with the server's last words when it does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const account = await postgresAccount();
  await ensureFolder(options.folder, account);
  const binaries = await reachableBinaries(account, postgresBinaries(), options.folder);
  const data = await ensureCluster(binaries, options.folder, account);
  const left = await leftServer(path.join(data, 'postmaster.pid'), data);
  if (left !== null) await stopProcess(left, fastShutdown);

  const port = options.port ?? (await freePort());
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `fsync=${options.durable === false ? 'off' : 'on'}`,
  ];
  const server = await startServer(
    path.join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    account,
    options.log,
  );
  await acceptsConnections(port, server);
  return {
    port,
    pid: server.pid,
    ended: server.ended,
    database: (name) => ensureDatabase(port, name),
    stop: () => stopProcess(server.pid, fastShutdown),
  };
}

function urlOf(port: number, database: string): string {
  return `postgresql://${user}@127.0.0.1:${port}/${database}`;
}

async function acceptsConnections(port: number, server: ServerProcess): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (cause) {
      await client.end().catch(() => undefined);
      if (server.over) throw new Error(`Postgres did not start: ${server.lastWords()}`, { cause });
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
