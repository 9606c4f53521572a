import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { SignInCodesService } from './sign-in-codes.service.js';

interface Session {
  cookie: string;
  headerToken: string;
}

describe('sessions of browsers', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  function send(method: string, path: string, headers: object, body?: object): Promise<Response> {
    return fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async function signIn(scopes: Parameters<TestService['token']>[0]): Promise<Session> {
    const response = await send('POST', '/session', {}, { token: await service.token(scopes) });
    expect(response.status).toBe(201);
    const { headerToken } = (await response.json()) as { headerToken: string };
    return { cookie: cookieOf(response), headerToken };
  }

  function cookieOf(response: Response): string {
    return response.headers.get('set-cookie')!.split(';')[0]!;
  }

  it('keep the secret in a cookie that no script reads and no other site sends', async () => {
    const response = await send('POST', '/session', {}, { token: await service.token(['read']) });
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^fenceline_session=fls_[\w-]{43}; Path=\/; Expires=/);
    expect(cookie).toContain('; HttpOnly; SameSite=Strict');
    expect(cookie).not.toContain('Secure');
    expect(await response.json()).toMatchObject({ owner: 'alice', scopes: ['read'] });
    const shown = await send('GET', '/session', { cookie: cookieOf(response) });
    expect(await shown.json()).toMatchObject({ owner: 'alice', scopes: ['read'] });
  });

  it('are found by the cookie, and may do what the token may', async () => {
    const { cookie } = await signIn(['read']);
    expect((await send('GET', '/scenarios', { cookie })).status).toBe(200);
    expect((await send('GET', '/tokens', { cookie })).status).toBe(403);
    expect((await send('GET', '/scenarios', { cookie: `${cookie}x` })).status).toBe(401);
  });

  it('change something only with the header token, and from a page of this service', async () => {
    const { cookie, headerToken } = await signIn(['admin']);
    const create = (headers: object) => send('POST', '/join-tokens', { cookie, ...headers }, {});
    const token = { 'x-fenceline-token': headerToken };
    const other = await signIn(['admin']);
    expect((await create({})).status).toBe(403);
    expect((await create({ origin: service.url })).status).toBe(403);
    expect((await create(token)).status).toBe(403);
    expect((await create({ ...token, origin: 'http://evil.example' })).status).toBe(403);
    expect((await create({ ...token, origin: 'null' })).status).toBe(403);
    const theirs = { 'x-fenceline-token': other.headerToken, origin: service.url };
    expect((await create(theirs)).status).toBe(403);
    expect((await create({ ...token, origin: service.url })).status).toBe(201);
    const again = await send('GET', '/session', { cookie });
    expect(await again.json()).toMatchObject({ headerToken });
  });

  it('begin with a one-time code, which works once', async () => {
    const client = await service.client(['read'], 'dora');
    const { data } = await client.POST('/sign-in-codes');
    expect(data!.path).toBe(`/#code=${data!.code}`);
    const answers = await Promise.all(
      [1, 2, 3].map(() => send('POST', '/session', {}, { code: data!.code })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
    const signedIn = answers.find(({ status }) => status === 201)!;
    const who = await send('GET', '/session', { cookie: cookieOf(signedIn) });
    expect(await who.json()).toMatchObject({ owner: 'dora' });
  });

  it('do not begin with a code that is too old', async () => {
    const codes = new SignInCodesService(service.database);
    await service.token(['read'], 'erik');
    const { id } = await service.database.prisma.token.findFirstOrThrow({
      where: { owner: 'erik' },
    });
    const { code } = await codes.create(id);
    await service.database.query(`UPDATE sign_in_codes SET expires_at = now()`);
    expect((await send('POST', '/session', {}, { code })).status).toBe(401);
  });

  it('are not begun by another page', async () => {
    const body = { token: await service.token(['read']) };
    const headers = { origin: 'http://evil.example' };
    expect((await send('POST', '/session', headers, body)).status).toBe(403);
  });

  it('end when they are signed out of, and with their token', async () => {
    const { cookie, headerToken } = await signIn(['read']);
    expect((await send('DELETE', '/session', { cookie })).status).toBe(403);
    const headers = { cookie, 'x-fenceline-token': headerToken, origin: service.url };
    const out = await send('DELETE', '/session', headers);
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^fenceline_session=; Path=\/; Expires=Thu, 01/);
    expect((await send('GET', '/session', { cookie })).status).toBe(401);

    const second = await signIn(['operate']);
    await service.database.query(`UPDATE tokens SET revoked_at = now() WHERE scopes = '{operate}'`);
    expect((await send('GET', '/session', { cookie: second.cookie })).status).toBe(401);
  });
});
