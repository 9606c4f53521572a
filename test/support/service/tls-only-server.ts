import { execFile } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@fenceline/embedded';
import { ask } from './scratch-database.js';

const run = promisify(execFile);

/** A Postgres that talks TLS alone, and to clients with a certificate alone. */
export interface TlsOnlyServer {
  /** URL of a database without parameters, which is refused. */
  url: string;
  /** Certificate of the authority that both sides' certificates come from. */
  authority: string;
  /** Certificate and key of the user. */
  certificate: string;
  key: string;
  /** Certificate of an authority that has nothing to do with it. */
  stranger: string;
  stop(): Promise<void>;
}

/** Makes certificates and starts the server. */
export async function startTlsOnlyServer(database: string): Promise<TlsOnlyServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-tls-'));
  // The account that Postgres runs as must get to its folder.
  await chmod(folder, 0o755);
  const authority = await makeAuthority(folder, 'authority');
  const stranger = await makeAuthority(folder, 'stranger');
  const server = await makeCertificate(folder, 'server', 'localhost', authority);
  const client = await makeCertificate(folder, 'client', 'fenceline', authority);

  const postgres = await startPostgres({ folder: path.join(folder, 'postgres'), durable: false });
  const data = path.join(folder, 'postgres', 'data');
  const { uid, gid } = await stat(data);
  for (const [from, to] of [
    [server.certificate, 'server.crt'],
    [server.key, 'server.key'],
    [authority.certificate, 'root.crt'],
  ] as const) {
    await copyFile(from, path.join(data, to));
    await chown(path.join(data, to), uid, gid);
    await chmod(path.join(data, to), 0o600);
  }
  const url = await postgres.database(database);
  await writeFile(path.join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 cert\n');
  await ask(
    url,
    `ALTER SYSTEM SET ssl_ca_file = 'root.crt'`,
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );
  return {
    url,
    authority: authority.certificate,
    ...client,
    stranger: stranger.certificate,
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Pair {
  certificate: string;
  key: string;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function pair(folder: string, name: string): Pair {
  return { certificate: path.join(folder, `${name}.crt`), key: path.join(folder, `${name}.key`) };
}

async function makeAuthority(folder: string, name: string): Promise<Pair> {
  const made = pair(folder, name);
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', made.key, '-out', made.certificate],
  ]);
  return made;
}

async function makeCertificate(
  folder: string,
  name: string,
  subject: string,
  authority: Pair,
): Promise<Pair> {
  const made = pair(folder, name);
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${subject}`],
    ...['-CA', authority.certificate, '-CAkey', authority.key],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', made.key, '-out', made.certificate],
  ]);
  return made;
}
