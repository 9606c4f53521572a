import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { allOperations } from '@fenceline/contracts/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../apps/control-plane/src/log/create-log.js';
import {
  openTestService,
  type TestService,
} from '../../apps/control-plane/src/testing/test-service.testing.js';
import { openArtifactStore } from '../../apps/control-plane/src/store/open-artifact-store.js';
import {
  startS3Server,
  TEST_KEY,
  type TestS3Server,
} from '../../apps/control-plane/src/store/s3/s3-server.testing.js';
import { call } from '../support/service/call.js';

const lines: string[] = [];
const secrets = new Set<string>();
let service: TestService;
let s3: TestS3Server;

beforeAll(async () => {
  s3 = await startS3Server();
  const log = createLog('trace', { write: (line) => void lines.push(line) });
  service = await openTestService({ FENCELINE_LOG_LEVEL: 'trace', ...s3.settings() }, log);
});
afterAll(async () => {
  await service.close();
  await s3.close();
});

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: object;
}

/** Sends a request, and notes every secret that its answer has. */
async function send(
  path: string,
  { method = 'POST', headers, body }: Sent,
): Promise<Record<string, string>> {
  const response = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const all = `${text} ${response.headers.get('set-cookie') ?? ''}`;
  for (const [secret] of all.matchAll(/fl[a-z]_[\w-]{43}/g)) secrets.add(secret);
  return text === '' ? {} : (JSON.parse(text) as Record<string, string>);
}

it('no secret is in the log, however it came', async () => {
  const token = await service.token();
  secrets.add(token);
  const headers = { authorization: `Bearer ${token}` };
  await send('/tokens', { headers, body: { owner: 'bob', name: 'b', scopes: ['read'] } });
  const { secret: joinToken } = await send('/join-tokens', { headers, body: {} });
  const capacity = {
    ...{ slots: 1, memoryMib: 1, cores: 1, accelerator: null, labels: [], version: '1' },
  };
  const enrol = { joinToken, name: 'w-1', capacity };
  const { credential } = await send('/worker/enrol', { body: enrol });
  await send('/worker/enrol', { body: { ...enrol, name: joinToken } });
  await send('/worker/hello', { headers: { authorization: `Bearer ${credential!}` }, body: {} });
  const { code } = await send('/sign-in-codes', { headers });
  const { headerToken } = await send('/session', { body: { code } });
  await send('/session', { body: { code } });
  const cookie = `fenceline_session=${[...secrets].find((one) => one.startsWith('fls_'))!}`;
  const session = { cookie, origin: service.url, 'x-fenceline-token': headerToken! };
  await send('/join-tokens', { headers: session, body: {} });
  // Where no secret belongs, it is masked all the same.
  await send(`/scenarios/${token}`, { method: 'GET', headers });
  await send(`/scenarios?name=${token}`, { method: 'GET', headers });
  await send(`/${token}`, { method: 'GET', headers: { ...headers, referer: `http://x/${token}` } });
  await send('/scenarios', { headers, body: { text: `name: ${token}` } });
  for (const operation of allOperations) {
    await call(service.url, operation, { headers, params: {}, body: { token } });
  }
  expect([...secrets].map((one) => one.slice(0, 3)).sort()).toEqual(
    expect.arrayContaining(['flc', 'flh', 'flj', 'fls', 'flt', 'flw']),
  );

  // The log was written, with the requests and their addresses.
  const log = lines.join('');
  expect(log).toContain('/api/v1/scenarios?name=flt_***');
  expect(lines.length).toBeGreaterThan(allOperations.length);
  for (const secret of secrets) expect(log).not.toContain(secret.slice(4));
});

it('no key of the S3 server is in the log, nor in what is thrown where it is refused', async () => {
  const key = 'S3RVER';
  expect(Object.values(TEST_KEY)).toEqual([key, key]);
  const token = await service.token();
  const headers = { authorization: `Bearer ${token}` };
  const body = { kind: 'kernel', name: 'kernel', size: 1, sha256: 'a'.repeat(64) };
  const { id } = await send('/uploads', { headers, body });
  // Objects that the store cannot read any more: it fails, and says so.
  await rm(path.join(s3.folder, 'artifacts'), { recursive: true });
  const sha256 = createHash('sha256').update('x').digest('hex');
  const failed = await fetch(
    `${service.url}/api/v1/uploads/${id!}/parts?offset=0&sha256=${sha256}`,
    {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: 'x',
    },
  );
  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toContain(key);
  const log = lines.join('');
  expect(log).toContain('NoSuchBucket');
  expect(log).toContain('"FENCELINE_S3_SECRET_ACCESS_KEY":"***"');
  expect(log).not.toContain(key);

  const refused = { ...service.settings, FENCELINE_S3_SECRET_ACCESS_KEY: 'another-secret' };
  const error: unknown = await openArtifactStore(refused).catch((thrown: unknown) => thrown);
  const all = inspect(error, { depth: null, showHidden: true });
  expect(all).toContain('SignatureDoesNotMatch');
  expect(all).not.toMatch(/S3RVER|another-secret/);
});

it('masks what a line quotes, in any member of it', () => {
  const written: string[] = [];
  const log = createLog('info', { write: (line) => void written.push(line) });
  const secret = `flt_${'a-_9'.repeat(11).slice(1)}`;
  log.error({ err: new Error(`refused ${secret}`), deep: [{ [secret]: secret }] }, secret);
  expect(written.join('')).toContain('refused flt_***');
  expect(written.join('')).not.toContain(secret.slice(4));
});
