import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '@fenceline/client';
import { scopeSchema } from '@fenceline/contracts/api';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { hashOf } from '../secrets.js';
import { createFirstToken } from './create-first-token.js';

describe('tokens', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  const reader = { owner: 'bob', name: 'nightly', scopes: ['read' as const] };

  it('shows the secret once, keeps its hash, and takes the token', async () => {
    const admin = await service.client(['admin']);
    const { data, response } = await admin.POST('/tokens', { body: reader });
    expect(response.status).toBe(201);
    const { secret, ...token } = data!;
    expect(secret).toMatch(/^flt_[\w-]{43}$/);
    const { data: shown } = await admin.GET('/tokens/{tokenId}', {
      params: { path: { tokenId: token.id } },
    });
    expect(shown).toEqual(token);
    const { data: page } = await admin.GET('/tokens', { params: { query: { owner: 'bob' } } });
    expect(page).toEqual({ items: [token], next: null });
    const row = await service.database.prisma.token.findUniqueOrThrow({ where: { id: token.id } });
    expect(Buffer.from(row.hash)).toEqual(hashOf(secret));

    const bob = connect({ service: service.url, token: secret });
    expect((await bob.GET('/scenarios')).response.status).toBe(200);
    expect((await bob.GET('/tokens')).response.status).toBe(403);
  });

  it('refuses scopes that there are not, a scope twice, and an end in the past', async () => {
    const admin = await service.client(['admin']);
    const refused = async (change: object) => {
      const { response, error } = await admin.POST('/tokens', { body: { ...reader, ...change } });
      expect(response.status).toBe(400);
      return error!.errors!.map(({ field }) => field);
    };
    expect(await refused({ scopes: ['everything'] })).toEqual(['body.scopes[0]']);
    expect(await refused({ scopes: ['read', 'read'] })).toEqual(['body.scopes']);
    expect(await refused({ expiresAt: '2020-01-01T00:00:00Z' })).toEqual(['body.expiresAt']);
  });

  it('ends at its expiry', async () => {
    const client = await service.client(['read']);
    expect((await client.GET('/scenarios')).response.status).toBe(200);
    await service.database.query(`UPDATE tokens SET expires_at = now() WHERE scopes = '{read}'`);
    const { response, error } = await client.GET('/scenarios');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(error).toMatchObject({ type: '/problems/unauthenticated' });
  });

  it('ends when it is revoked, and that may be said twice', async () => {
    const admin = await service.client(['admin']);
    const { data } = await admin.POST('/tokens', { body: reader });
    const params = { path: { tokenId: data!.id } };
    expect((await admin.DELETE('/tokens/{tokenId}', { params })).response.status).toBe(204);
    const { data: revoked } = await admin.GET('/tokens/{tokenId}', { params });
    expect((await admin.DELETE('/tokens/{tokenId}', { params })).response.status).toBe(204);
    expect((await admin.GET('/tokens/{tokenId}', { params })).data).toEqual(revoked);
    const client = connect({ service: service.url, token: data!.secret });
    expect((await client.GET('/scenarios')).response.status).toBe(401);
  });

  it('notes its last use once a minute at most', async () => {
    const client = await service.client(['read'], 'carol');
    const lastUse = async () => {
      await client.GET('/scenarios');
      const row = await service.database.prisma.token.findFirstOrThrow({
        where: { owner: 'carol' },
      });
      return row.lastUsedAt!.getTime();
    };
    const first = await lastUse();
    expect(await lastUse()).toBe(first);
    await service.database.query(
      `UPDATE tokens SET last_used_at = last_used_at - interval '61 s' WHERE owner = 'carol'`,
    );
    expect(await lastUse()).toBeGreaterThan(first - 61_000);
  });

  it('is made without the API for the first time', async () => {
    const given = {
      ...{ owner: 'root', name: 'first', project: 'default' },
      scopes: scopeSchema.options,
    };
    const { secret } = await createFirstToken(service.database, given);
    const client = connect({ service: service.url, token: secret });
    expect((await client.GET('/tokens')).response.status).toBe(200);
    await expect(createFirstToken(service.database, { ...given, scopes: ['x'] })).rejects.toThrow(
      'scopes.0',
    );
    await expect(createFirstToken(service.database, { ...given, project: 'x' })).rejects.toThrow(
      'There is no project x.',
    );
  });
});
