import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as requestInClear, type IncomingMessage, type RequestOptions } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from './testing/test-service.testing.js';

const run = promisify(execFile);

/** Signs in, as a page of `origin` would. */
async function signIn(
  service: TestService,
  send: typeof request,
  { headers, ...options }: RequestOptions & { ca?: Buffer },
): Promise<IncomingMessage> {
  const { port } = new URL(service.url);
  const sent = send({
    ...{ host: '127.0.0.1', port, path: '/api/v1/session', method: 'POST', ...options },
    headers: { 'content-type': 'application/json', ...(headers as object) },
  });
  sent.end(JSON.stringify({ token: await service.token() }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer;
}

describe('TLS', () => {
  let folder: string;
  let service: TestService | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'fenceline-tls-'));
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', path.join(folder, 'key'), '-out', path.join(folder, 'cert')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await run('openssl', ['req', '-x509', ...kind, ...files, ...names]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is served with a certificate, and the cookie goes over nothing else', async () => {
    const files = {
      FENCELINE_TLS_CERT: path.join(folder, 'cert'),
      FENCELINE_TLS_KEY: path.join(folder, 'key'),
    };
    service = await openTestService(files);
    try {
      expect(service.url).toMatch(/^https:/);
      const ca = readFileSync(files.FENCELINE_TLS_CERT);
      const answer = await signIn(service, request, { ca, headers: { origin: service.url } });
      expect(answer.statusCode).toBe(201);
      expect(answer.headers['set-cookie']![0]).toContain('; Secure');
      expect(answer.headers['strict-transport-security']).toContain('max-age=');
      const origin = service.url.replace('https', 'http');
      expect((await signIn(service, request, { ca, headers: { origin } })).statusCode).toBe(403);
    } finally {
      await service.close();
    }
  });

  it('is known of a proxy where there is one, and of nobody else', async () => {
    const headers = {
      ...{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'lab.example' },
      origin: 'https://lab.example',
    };
    for (const behind of [true, false]) {
      service = await openTestService({
        ...{ FENCELINE_BEHIND_PROXY: behind, FENCELINE_HOSTS: ['lab.example'] },
      });
      try {
        const answer = await signIn(service, requestInClear, { headers });
        expect(answer.statusCode).toBe(behind ? 201 : 403);
        expect(answer.headers['set-cookie']?.[0]?.includes('; Secure')).toBe(
          behind ? true : undefined,
        );
      } finally {
        await service.close();
      }
    }
  });
});
