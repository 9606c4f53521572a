import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDatabaseSettings, readSettings } from './read-settings.js';
import { describeSettings, maskSettings } from './settings.js';

const least = {
  DATABASE_URL: 'postgresql://me:secret-1@db/fenceline',
  REDIS_URL: 'rediss://:secret-2@redis',
  FENCELINE_ARTIFACTS: '/var/lib/fenceline',
};

describe('settings', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fenceline-settings-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('have defaults, and leave the rest of the environment alone', () => {
    const settings = readSettings({ ...least, PATH: '/bin', FENCELINE_CACHE: '/var/cache' });
    expect(settings).toMatchObject({ ...least, FENCELINE_HOST: '127.0.0.1', FENCELINE_HOSTS: [] });
  });

  it('are told all at once where they are wrong, without their values', () => {
    const wrong = {
      ...{ DATABASE_URL: 'mysql://me:secret-1@db', FENCELINE_PORT: '70000', FENCELINE_HOST: '::' },
      ...{ FENCELINE_TLS_CERT: 'cert.pem', FENCELINE_BEHIND_PROXY: 'perhaps' },
    };
    expect(() => readSettings(wrong)).toThrow(
      new RegExp(
        [
          ...['DATABASE_URL', 'REDIS_URL', 'FENCELINE_PORT', 'FENCELINE_BEHIND_PROXY'],
          ...['FENCELINE_ARTIFACTS', 'FENCELINE_TLS_KEY'],
        ].join(': [^]*\n +'),
      ),
    );
    expect(() => readSettings(wrong)).not.toThrow(/secret-1|perhaps/);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'fenceline.example'])(
    'refuse to listen on %s without TLS or a proxy that has it',
    (FENCELINE_HOST) => {
      const open = { ...least, FENCELINE_HOST };
      expect(() => readSettings(open)).toThrow(/FENCELINE_HOST: is open to other machines/);
      const tls = { FENCELINE_TLS_CERT: 'a', FENCELINE_TLS_KEY: 'b' };
      expect(readSettings({ ...open, ...tls })).toMatchObject(tls);
      const behind = readSettings({ ...open, FENCELINE_BEHIND_PROXY: '1' });
      expect(behind.FENCELINE_BEHIND_PROXY).toBe(true);
    },
  );

  it.each(['s3://b', 's3://bucket/a b', 's3://bucket//a', 's3://Bucket', 'S3://bucket/a'])(
    'refuse %s as the address of a bucket',
    (FENCELINE_ARTIFACTS) => {
      expect(() => readSettings({ ...least, FENCELINE_ARTIFACTS })).toThrow(
        /FENCELINE_ARTIFACTS: is not s3:/,
      );
    },
  );

  it('ask for the key of a bucket, and for one without it in the address', () => {
    const bucket = { ...least, FENCELINE_ARTIFACTS: 's3://bucket/some/prefix' };
    const key = { FENCELINE_S3_ACCESS_KEY_ID: 'a', FENCELINE_S3_SECRET_ACCESS_KEY: 'b' };
    expect(() => readSettings(bucket)).toThrow(
      /FENCELINE_S3_ACCESS_KEY_ID: is missing[^]*FENCELINE_S3_SECRET_ACCESS_KEY: is missing/,
    );
    expect(readSettings({ ...bucket, ...key })).toMatchObject({
      ...key,
      FENCELINE_S3_REGION: 'us-east-1',
      FENCELINE_S3_PATH_STYLE: false,
    });
    const FENCELINE_S3_ENDPOINT = 'https://me:secret-1@s3.example';
    const within = () => readSettings({ ...bucket, ...key, FENCELINE_S3_ENDPOINT });
    expect(within).toThrow(/FENCELINE_S3_ENDPOINT: has a name or password in it/);
    expect(within).not.toThrow(/secret-1/);
  });

  it('come from a file too, and the environment counts before it', async () => {
    const FENCELINE_SETTINGS = path.join(folder, 'settings.json');
    const content = { ...least, FENCELINE_PORT: 8080, FENCELINE_HOSTS: ['lab.example'] };
    await writeFile(FENCELINE_SETTINGS, JSON.stringify(content));
    expect(readSettings({ FENCELINE_SETTINGS, FENCELINE_PORT: '9090' })).toMatchObject({
      ...content,
      FENCELINE_PORT: 9090,
    });
    expect(readDatabaseSettings({ FENCELINE_SETTINGS })).toEqual({
      DATABASE_URL: least.DATABASE_URL,
    });
    await writeFile(FENCELINE_SETTINGS, JSON.stringify({ ...content, FENCELINE_PROT: 1 }));
    expect(() => readSettings({ FENCELINE_SETTINGS })).toThrow(/FENCELINE_PROT/);
    await writeFile(FENCELINE_SETTINGS, '{"DATABASE_URL": "postgres://:secret-3@db",}');
    expect(() => readSettings({ FENCELINE_SETTINGS })).toThrow(/cannot be read as JSON\.$/);
  });

  it('are described each, and masked where they are sensitive', () => {
    const described = describeSettings();
    expect(described.filter(({ description }) => description === '')).toEqual([]);
    const sensitive = described.filter((one) => one.sensitive).map(({ name }) => name);
    expect(sensitive).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'FENCELINE_S3_ACCESS_KEY_ID',
      'FENCELINE_S3_SECRET_ACCESS_KEY',
    ]);
    const masked = maskSettings(
      readSettings({
        ...least,
        FENCELINE_S3_ACCESS_KEY_ID: 'secret-3',
        FENCELINE_S3_SECRET_ACCESS_KEY: 'secret-4',
      }),
    );
    expect(JSON.stringify(masked)).not.toContain('secret-');
    expect(masked).toMatchObject({ FENCELINE_ARTIFACTS: least.FENCELINE_ARTIFACTS });
  });
});
