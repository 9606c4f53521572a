import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../testing/test-service.testing.js';

const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

describe('scenarios', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  it('stores a scenario under its hash, once', async () => {
    const client = await service.client();
    const first = await client.POST('/scenarios', { body: { text } });
    const second = await client.POST('/scenarios', { body: { text } });
    expect(first.response.status).toBe(201);
    expect(first.data).toMatchObject({ name: 'stuck-write', text, owner: 'alice' });
    expect(second.data).toEqual(first.data);
    expect(await service.database.prisma.scenario.count()).toBe(1);
    const hash = first.data!.hash;
    const shown = await client.GET('/scenarios/{hash}', { params: { path: { hash } } });
    expect(shown.data).toEqual(first.data);
  });

  it('names every mistake of a scenario, with its place', async () => {
    const client = await service.client();
    const wrong = text.replace('timeline:', 'timelyne:');
    const line = wrong.split('\n').indexOf('timelyne:') + 1;
    const { error, response } = await client.POST('/scenarios/validate', { body: { text: wrong } });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(error).toMatchObject({ type: '/problems/invalid-scenario' });
    expect(error!.errors!.map(({ field, line }) => [field, line])).toContainEqual([
      'timelyne',
      line,
    ]);
  });

  it('gives pages, newest first, each scenario once', async () => {
    const client = await service.client();
    for (const name of ['one', 'two', 'three']) {
      await client.POST('/scenarios', { body: { text: text.replace('stuck-write', name) } });
    }
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await client.GET('/scenarios', {
        params: { query: { limit: 2, ...(cursor !== undefined && { cursor }) } },
      });
      names.push(...data!.items.map(({ name }) => name));
      cursor = data!.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(['three', 'two', 'one', 'stuck-write']);
  });

  it('answers 401 without a token and 403 without the scope', async () => {
    const url = `${service.url}/api/v1/scenarios`;
    expect((await fetch(url)).status).toBe(401);
    const reader = await service.client(['submit']);
    const { response, error } = await reader.GET('/scenarios');
    expect(response.status).toBe(403);
    expect(error).toMatchObject({ type: '/problems/forbidden' });
  });
});
