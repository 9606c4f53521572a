import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestService, type TestService } from '../../testing/test-service.testing.js';
import { IdempotencyKeys, type KeyUse } from './idempotency-keys.js';
import { keepAnswer, runWithKey } from './keep-answer.js';

const text = readFileSync('scenarios/stuck-write.yaml', 'utf8');

describe('Idempotency-Key', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  async function sender(): Promise<(key: string, path: string, body: object) => Promise<Response>> {
    const token = await service.token();
    return (key, path, body) =>
      fetch(`${service.url}/api/v1${path}`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
      });
  }

  async function typeOf(response: Response): Promise<unknown> {
    return ((await response.json()) as { type: unknown }).type;
  }

  it('gives the first answer again, without doing it again', async () => {
    const send = await sender();
    const first = await send('a', '/scenarios', { text });
    const changes = () => service.database.prisma.auditEntry.count();
    const before = await changes();
    const again = await send('a', '/scenarios', { text });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
    ]);
    expect(await changes()).toBe(before);
  });

  it('refuses another request under the same key, of the same token', async () => {
    const send = await sender();
    await send('b', '/scenarios', { text });
    const other = await send('b', '/scenarios', { text: text.replace('stuck-write', 'other') });
    expect(other.status).toBe(422);
    expect(await typeOf(other)).toBe('/problems/key-reused');
    const sender2 = await sender();
    const theirs = await sender2('b', '/scenarios', { text: text.replace('stuck-write', 'third') });
    expect(theirs.status).toBe(201);
    expect(theirs.headers.get('idempotent-replayed')).toBeNull();
  });

  it('keeps no secret, and gives none again', async () => {
    const send = await sender();
    const body = { owner: 'bob', name: 'once', scopes: ['read'] };
    const first = await send('c', '/tokens', body);
    const { secret } = (await first.json()) as { secret: string };
    const again = await send('c', '/tokens', body);
    expect(again.status).toBe(409);
    expect(await typeOf(again)).toBe('/problems/shown-once');
    const kept = await service.database.query('SELECT row_to_json(k) FROM idempotency_keys k');
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(await service.database.prisma.token.count({ where: { name: 'once' } })).toBe(1);
  });

  it('is free again after a request that failed', async () => {
    const send = await sender();
    const wrong = await send('d', '/scenarios', { text: 'nothing' });
    expect(wrong.status).toBe(422);
    expect((await send('d', '/scenarios', { text })).status).toBe(201);
  });

  it('does it once of many at the same time', async () => {
    const send = await sender();
    const body = { owner: 'bob', name: 'race', scopes: ['read'] };
    const answers = await Promise.all([1, 2, 3, 4].map(() => send('e', '/tokens', body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    expect(await service.database.prisma.token.count({ where: { name: 'race' } })).toBe(1);
  });

  it('must be visible ASCII, 255 characters at most', async () => {
    const send = await sender();
    for (const key of ['x'.repeat(256), 'a b']) {
      expect((await send(key, '/scenarios', { text })).status).toBe(400);
    }
  });

  describe('whose first request', () => {
    async function use(key: string): Promise<{ keys: IdempotencyKeys; use: KeyUse }> {
      await service.token(['read'], key);
      const { id } = await service.database.prisma.token.findFirstOrThrow({
        where: { owner: key },
      });
      const rest = { requestHash: Buffer.from('same'), status: 201, secret: false };
      const keys = service.application.get(IdempotencyKeys);
      return { keys, use: { tokenId: id, route: 'POST /x', key, ...rest } };
    }

    async function makeOlder(key: string, interval: string): Promise<void> {
      await service.database.query(
        `UPDATE idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1`,
        [key, interval],
      );
    }

    it('is running is refused; one that is dead is done by the next', async () => {
      const { keys, use: one } = await use('running');
      expect(await keys.claim(one)).toMatchObject({ kind: 'first' });
      await expect(keys.claim(one)).rejects.toMatchObject({ type: 'request-running' });
      await makeOlder('running', '121 s');
      await expect(keys.claim({ ...one, requestHash: Buffer.from('other') })).rejects.toMatchObject(
        { type: 'key-reused' },
      );
      expect(await keys.claim(one)).toMatchObject({ kind: 'first' });
      await expect(keys.claim(one)).rejects.toMatchObject({ type: 'request-running' });
    });

    it('answered a day ago is forgotten, with others of its age', async () => {
      const { keys, use: one } = await use('day');
      const found = await keys.claim(one);
      if (found.kind === 'first') await keys.keep(found.claim, { answer: 1 });
      expect(await keys.claim(one)).toEqual({ kind: 'again', answer: { answer: 1 } });
      await makeOlder('day', '25 hours');
      await keys.claim({ ...one, key: 'day-2' });
      expect(await service.database.prisma.idempotencyKey.count({ where: { key: 'day' } })).toBe(0);
      expect(await keys.claim(one)).toMatchObject({ kind: 'first' });
    });

    it('kept its answer in its transaction is never done again, whatever came after', async () => {
      const { keys, use: one } = await use('whole');
      const found = await keys.claim(one);
      if (found.kind !== 'first') throw new Error('expected to be the first');
      const { claim } = found;
      const done = runWithKey(claim, () =>
        service.database.transaction((sql) => keepAnswer(sql, { runId: 'r' })),
      );
      await done;
      await keys.release(claim);
      expect(await keys.claim(one)).toEqual({ kind: 'again', answer: { runId: 'r' } });
    });

    it('rolled back has no answer', async () => {
      const { keys, use: one } = await use('rolled');
      const found = await keys.claim(one);
      if (found.kind !== 'first') throw new Error('expected to be the first');
      const failed = runWithKey(found.claim, () =>
        service.database.transaction(async (sql) => {
          await keepAnswer(sql, { runId: 'r' });
          throw new Error('rolled back');
        }),
      );
      await expect(failed).rejects.toThrow('rolled back');
      await keys.release(found.claim);
      expect(await keys.claim(one)).toMatchObject({ kind: 'first' });
    });
  });
});
