import { readFileSync } from 'node:fs';

/** The URL of the database cannot be used; the message is for people and never has the URL's password. */
export class BadUrl extends Error {}

const known = ['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'connect_timeout'];
const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * What node-postgres needs to connect to the database of a URL.
 *
 * The parameters mean what they mean to node-postgres, which the control plane connects with: every `sslmode` but
 * `disable` and `no-verify` checks the server's certificate and name.
 *
 * @param {string | undefined} url
 * @returns {import('pg').ClientConfig}
 * @throws {BadUrl}
 */
export function connectionOf(url) {
  const parsed = parse(url);
  const parameters = parsed.searchParams;
  const unknown = [...parameters.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new BadUrl(
      `The URL of the database has parameters that are not known here: ${unknown.join(', ')}. Known are ${known.join(', ')}.`,
    );
  }
  return {
    // A path, percent-encoded, is the folder of a Unix socket; the brackets of an IPv6 address belong to the URL.
    host: parameters.get('host') ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: databaseOf(parsed),
    ssl: tlsOf(parameters),
    connectionTimeoutMillis: 1000 * secondsOf(parameters.get('connect_timeout')),
  };
}

function parse(url) {
  let parsed;
  try {
    parsed = new URL(url ?? '');
  } catch {
    throw new BadUrl(
      'DATABASE_URL is no URL. An example: postgresql://user:password@host:5432/name',
    );
  }
  if (!['postgresql:', 'postgres:'].includes(parsed.protocol)) {
    throw new BadUrl(`The URL of the database begins with ${parsed.protocol}//, not postgresql://`);
  }
  return parsed;
}

function databaseOf(parsed) {
  const name = decodeURIComponent(parsed.pathname.slice(1));
  if (name === '') throw new BadUrl('The URL of the database names no database: …/NAME');
  return name;
}

function tlsOf(parameters) {
  const mode = parameters.get('sslmode');
  if (mode !== null && !modes.includes(mode)) {
    throw new BadUrl(`sslmode=${mode} is not known: it is one of ${modes.join(', ')}.`);
  }
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => parameters.has(name));
  if (mode === 'disable') return false;
  if (mode === null && files.length === 0) return false;
  const contents = files.map((name) => [name, read(name, parameters.get(name))]);
  const { sslrootcert, sslcert, sslkey } = Object.fromEntries(contents);
  return { ca: sslrootcert, cert: sslcert, key: sslkey, rejectUnauthorized: mode !== 'no-verify' };
}

function read(name, file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BadUrl(`${name}: ${file} cannot be read (${cause.code}).`, { cause });
  }
}

function secondsOf(text) {
  if (text === null) return 0;
  if (!/^\d{1,6}$/.test(text)) {
    throw new BadUrl(`connect_timeout=${text} is no number of seconds.`);
  }
  return Number(text);
}
