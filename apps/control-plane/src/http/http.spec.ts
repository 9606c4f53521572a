import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

interface Answer {
  status: number;
  headers: Headers;
  body: { type?: string; errors?: { field: string; line?: number; column?: number }[] };
}

describe('requests that are wrong before any feature sees them', () => {
  let service: TestService;
  let token: string;

  beforeAll(async () => {
    service = await openTestService({ FENCELINE_HOSTS: ['lab.example'] });
    token = await service.token();
  });
  afterAll(() => service.close());

  async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${service.url}/api/v1${path}`, { method, headers, ...init });
    const text = await response.text();
    const { status } = response;
    const body = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
    return { status, headers: response.headers, body };
  }

  it.each([
    ['GET', '/nothing'],
    ['POST', '/scenarios/x/y/z'],
    ['GET', '/../secrets'],
  ])('have no such address: %s %s', async (method, path) => {
    const { status, body } = await send(method, path);
    expect([status, body.type]).toEqual([404, '/problems/not-found']);
  });

  it('take another method, and say which', async () => {
    for (const method of ['DELETE', 'PUT', 'OPTIONS']) {
      const { status, headers, body } = await send(method, '/scenarios');
      expect([status, body.type]).toEqual([405, '/problems/method-not-allowed']);
      expect(headers.get('allow')).toBe('GET, POST');
    }
  });

  it('are no JSON, and say where', async () => {
    const { status, body } = await send('POST', '/scenarios', { body: '{\n  "text": flt_x\n}' });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ field: 'body', line: 2, column: 11 }]);
    expect(JSON.stringify(body)).not.toContain('flt_x');
  });

  it('are JSON that Postgres cannot keep, or that is too deep', async () => {
    const bodies = ['{"text": "a\\u0000"}', '{"text": "\\ud800"}', '{"a\\u0000": 1, "text": "x"}'];
    for (const body of [...bodies, `{"x":${'['.repeat(400_000)}${']'.repeat(400_000)}}`]) {
      const answer = await send('POST', '/scenarios', { body });
      expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-request']);
    }
    expect((await send('GET', '/scenarios?name=%00')).status).toBe(400);
    expect((await send('GET', '/scenarios/%E0%A4%A')).status).toBe(400);
  });

  it('have a body that is missing, of another type, of another character set, or too large', async () => {
    expect((await send('POST', '/scenarios')).status).toBe(400);
    for (const type of ['text/plain', 'application/json; charset=nonsense']) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': type };
      const { status, body } = await send('POST', '/scenarios', { headers, body: '{}' });
      expect([status, body.type]).toEqual([415, '/problems/wrong-type']);
    }
    const large = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    const { status, body } = await send('POST', '/scenarios', { body: large });
    expect([status, body.type]).toEqual([413, '/problems/too-large']);
  });

  it('come from nobody: their body is not looked at', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await send('POST', '/scenarios', { headers, body: '{' })).status).toBe(401);
  });

  it('are for another host', async () => {
    const { port } = new URL(service.url);
    const statusFor = async (host: string): Promise<number> => {
      const sent = request({
        port,
        host: '127.0.0.1',
        path: '/api/v1/health/live',
        headers: { host },
      });
      sent.end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode!;
    };
    for (const host of ['evil.example', `127.0.0.1.evil.example:${port}`, 'lab.example.']) {
      expect(await statusFor(host)).toBe(421);
    }
    for (const host of ['localhost', `[::1]:${port}`, 'LAB.example:80', `127.0.0.1:${port}`]) {
      expect(await statusFor(host)).toBe(200);
    }
  });

  it('get headers that let nothing be shown, sniffed, framed or kept', async () => {
    const { headers } = await send('GET', '/scenarios');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
