import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsSchema, type Settings } from '../../settings/settings.js';
import { openArtifactStore } from '../open-artifact-store.js';
import { startS3Server, type TestS3Server } from './s3-server.testing.js';
import { makeCertificate, type TestCertificate } from './certificate.testing.js';

const least = { DATABASE_URL: 'postgresql://none', REDIS_URL: 'redis://none' };

describe('a bucket, when the service starts', () => {
  let certificate: TestCertificate;
  let server: TestS3Server;
  let secure: TestS3Server;
  beforeAll(async () => {
    certificate = await makeCertificate();
    server = await startS3Server();
    secure = await startS3Server({ tls: certificate });
  });
  afterAll(async () => {
    await server.close();
    await secure.close();
    await certificate.remove();
  });

  /** What is said about a store that cannot be opened; nothing where it can. */
  async function saidOf(given: Partial<Settings>): Promise<string> {
    try {
      const opened = await openArtifactStore(settingsSchema.parse({ ...least, ...given }));
      opened.close();
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  it('is used, and nothing is left in it', async () => {
    expect(await saidOf(server.settings())).toBe('');
    const names = await readdir(path.join(server.folder, 'artifacts'));
    expect(names.filter((name) => !name.startsWith('._S3rver_'))).toEqual([]);
  });

  it('is told in one line to be missing', async () => {
    expect(await saidOf({ ...server.settings(), FENCELINE_ARTIFACTS: 's3://nothing/here' })).toBe(
      'FENCELINE_ARTIFACTS: s3://nothing/here cannot be used. ' +
        'The S3 server does not write an object: NoSuchBucket (HTTP 404). Create the bucket.',
    );
  });

  it.each([
    ['FENCELINE_S3_ACCESS_KEY_ID', 'InvalidAccessKeyId'],
    ['FENCELINE_S3_SECRET_ACCESS_KEY', 'SignatureDoesNotMatch'],
  ])('is told to be refused where %s is wrong', async (name, code) => {
    const said = await saidOf({ ...server.settings(), [name]: 'WRONG-KEY' });
    expect(said).toContain(`: ${code} (HTTP 403). Look at FENCELINE_S3_ACCESS_KEY_ID and`);
    expect(said).not.toMatch(/WRONG-KEY|S3RVER/);
  });

  it('is told to be out of reach', async () => {
    const FENCELINE_S3_ENDPOINT = 'http://127.0.0.1:1';
    expect(await saidOf({ ...server.settings(), FENCELINE_S3_ENDPOINT })).toContain(
      'cannot be reached to write an object: ECONNREFUSED. Look at FENCELINE_S3_ENDPOINT',
    );
  });

  it('is reached over TLS with the certificate that is named alone', async () => {
    expect(await saidOf(secure.settings())).toMatch(/SELF_SIGNED_CERT\. Set FENCELINE_S3_CA to/);
    const FENCELINE_S3_CA = certificate.file;
    expect(await saidOf({ ...secure.settings(), FENCELINE_S3_CA })).toBe('');
  });
});
