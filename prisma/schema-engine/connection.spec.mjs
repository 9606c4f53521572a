import { describe, expect, it } from 'vitest';
import { BadUrl, connectionOf } from './connection.mjs';

const url = 'postgresql://me:p%40ss@db.example:6543/fence%20line';
const thisFile = import.meta.filename;

describe('connectionOf', () => {
  it('takes the parts of the URL', () => {
    expect(connectionOf(url)).toEqual({
      ...{ host: 'db.example', port: 6543, user: 'me', password: 'p@ss', database: 'fence line' },
      ...{ ssl: false, connectionTimeoutMillis: 0 },
    });
    expect(connectionOf('postgres://me@[::1]/x')).toMatchObject({ host: '::1', port: 5432 });
    expect(connectionOf(`${url}?host=/run/postgresql`).host).toBe('/run/postgresql');
    expect(connectionOf(`${url}?connect_timeout=3`).connectionTimeoutMillis).toBe(3000);
  });

  it.each(['require', 'verify-ca', 'verify-full'])('checks the server under sslmode=%s', (mode) => {
    const { ssl } = connectionOf(`${url}?sslmode=${mode}&sslrootcert=${thisFile}`);
    expect(ssl).toMatchObject({ rejectUnauthorized: true });
    expect(ssl.ca).toContain('checks the server under');
  });

  it('checks nothing under sslmode=no-verify, and uses no TLS under disable', () => {
    expect(connectionOf(`${url}?sslmode=no-verify`).ssl.rejectUnauthorized).toBe(false);
    expect(connectionOf(`${url}?sslmode=disable&sslcert=${thisFile}`).ssl).toBe(false);
  });

  it('uses TLS where a file for it is given', () => {
    const { ssl } = connectionOf(`${url}?sslcert=${thisFile}&sslkey=${thisFile}`);
    expect(ssl).toMatchObject({ cert: ssl.key, rejectUnauthorized: true });
  });

  it.each([
    [undefined, 'DATABASE_URL is no URL'],
    ['mysql://me@db/x', 'mysql://, not postgresql://'],
    ['postgresql://me@db', 'names no database'],
    [`${url}?connection_limit=1&pool=2`, 'not known here: connection_limit, pool. Known are host'],
    [`${url}?sslmode=prefer`, 'sslmode=prefer is not known'],
    [`${url}?sslrootcert=/nowhere/ca.pem`, 'sslrootcert: /nowhere/ca.pem cannot be read (ENOENT)'],
    [`${url}?connect_timeout=soon`, 'connect_timeout=soon is no number of seconds'],
  ])('refuses %s', (bad, message) => {
    expect(() => connectionOf(bad)).toThrow(BadUrl);
    expect(() => connectionOf(bad)).toThrow(message);
    expect(() => connectionOf(bad)).not.toThrow('p@ss');
  });
});
