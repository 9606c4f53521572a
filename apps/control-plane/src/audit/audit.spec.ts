import { readFileSync } from 'node:fs';
import { connect } from '@fenceline/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

describe('the audit log', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  it('has every change with who made it, and nothing that changed nothing', async () => {
    const client = await service.client(undefined, 'alice');
    const { data: scenario } = await client.POST('/scenarios', { body: { text } });
    await client.POST('/scenarios/validate', { body: { text } });
    await client.POST('/scenarios', { body: { text: 'wrong' } });
    await client.GET('/scenarios');
    const body = { owner: 'bob', name: 'b', scopes: ['read' as const] };
    const { data: token } = await client.POST('/tokens', { body });
    await client.DELETE('/tokens/{tokenId}', { params: { path: { tokenId: token!.id } } });
    const { data: join } = await client.POST('/join-tokens', { body: {} });
    const { data: worker } = await connect({ service: service.url }).POST('/worker/enrol', {
      body: {
        ...{ joinToken: join!.secret, name: 'w-1' },
        capacity: {
          ...{ slots: 1, memoryMib: 1, cores: 1, accelerator: null, labels: [], version: '1' },
        },
      },
    });
    await client.POST('/session', { body: { token: await service.token(['read'], 'carol') } });

    const { data: page } = await client.GET('/audit');
    const entries = page!.items.map(({ actor, action, subject }) => [actor, action, subject]);
    expect(entries).toEqual([
      ['carol', 'signIn', null],
      ['w-1', 'enrolWorker', worker!.workerId],
      ['alice', 'createJoinToken', join!.id],
      ['alice', 'revokeToken', token!.id],
      ['alice', 'createToken', token!.id],
      ['alice', 'storeScenario', scenario!.hash],
    ]);
    expect(JSON.stringify(page)).not.toContain(token!.secret);
  });

  it('is read by pages, by actor and by action', async () => {
    const client = await service.client(['admin']);
    const actions: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await client.GET('/audit', {
        params: { query: { limit: 4, actor: 'alice', ...(cursor !== undefined && { cursor }) } },
      });
      actions.push(...data!.items.map(({ action }) => action));
      cursor = data!.next ?? undefined;
    } while (cursor !== undefined);
    expect(actions).toEqual(['createJoinToken', 'revokeToken', 'createToken', 'storeScenario']);
    const { data } = await client.GET('/audit', { params: { query: { action: 'signIn' } } });
    expect(data!.items).toHaveLength(1);
    const wrong = await client.GET('/audit', { params: { query: { cursor: 'MTIzeA' } } });
    expect(wrong.response.status).toBe(400);
  });
});
