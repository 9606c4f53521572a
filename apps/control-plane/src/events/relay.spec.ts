import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Background } from '../background/background.js';
import { openTestService, type TestService } from '../testing/test-service.testing.js';
import { appendEvents } from './append-event.js';
import { EventReader } from './event-reader.js';
import { EventRetention } from './event-retention.js';
import { Relay } from './relay.js';

describe('relay', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await openTestService();
  });
  afterAll(() => service.close());

  /** What one connection does: transactions of so many events, of which some are rolled back, some late. */
  const writers = fc.array(
    fc.array(
      fc.record({
        events: fc.integer({ min: 1, max: 4 }),
        commits: fc.boolean(),
        /** Statements between the events and the commit. */
        lingers: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    { minLength: 2, maxLength: 4 },
  );

  it('numbers what is committed without a gap, and readers see each number once', async () => {
    const { application, database, projectId } = service;
    // The one of the service runs by itself; this one is called as that of a second control plane would be.
    const other = new Relay(database, application.get(Background));
    const reader = application.get(EventReader);
    let expected = 0;
    await fc.assert(
      fc.asyncProperty(writers, async (plan) => {
        const before = expected;
        const committed = plan.map((): string[] => []);
        let written = false;

        const write = async (transactions: (typeof plan)[number], writer: number) => {
          for (const [turn, { events, commits, lingers }] of transactions.entries()) {
            const keys = Array.from({ length: events }, (_, index) => `${turn}.${index}`);
            const work = database.transaction(async (sql) => {
              await appendEvents(
                sql,
                keys.map((key) => ({
                  projectId,
                  owner: 'alice',
                  type: 'spec.written',
                  data: { writer, key },
                })),
              );
              for (let left = lingers; left > 0; left -= 1)
                await sql.query('SELECT pg_sleep(0.001)');
              if (!commits) throw new Error('rolled back');
            });
            const done = await work.then(
              () => true,
              () => false,
            );
            if (done) committed[writer]!.push(...keys);
          }
        };
        const relay = async () => {
          while (!written) await other.number();
        };
        const read = async () => {
          const seen: { number: string; data: Record<string, unknown> }[] = [];
          let position = BigInt(before);
          for (;;) {
            const ended = written;
            const page = await reader.after(position, { projectId });
            seen.push(...page.events);
            position = page.position;
            if (ended && !page.more) return seen;
          }
        };

        const readers = [read(), read()];
        const relays = [relay(), relay()];
        await Promise.all(plan.map(write));
        await expect.poll(() => unnumbered()).toBe(0);
        written = true;
        await Promise.all(relays);
        const total = committed.flat().length;
        expected = before + total;
        for (const seen of await Promise.all(readers)) {
          expect(seen.map(({ number }) => Number(number))).toEqual(
            Array.from({ length: total }, (_, index) => before + index + 1),
          );
          for (const [writer, keys] of committed.entries()) {
            const own = seen.filter(({ data }) => data.writer === writer);
            expect(own.map(({ data }) => data.key)).toEqual(keys);
          }
        }
      }),
      { numRuns: 12 },
    );
    expect(expected).toBeGreaterThan(20);
  });

  const unnumbered = async () => {
    const [row] = await service.database.query<{ count: number }>(
      'SELECT count(*)::int FROM events WHERE number IS NULL',
    );
    return row!.count;
  };

  it('goes on counting after everything that is old was deleted', async () => {
    const { application, database, projectId } = service;
    await database.query(`UPDATE events SET created_at = created_at - interval '31 days'`);
    const head = await application.get(EventReader).head();
    await application.get(EventRetention).clean();
    const kept = await database.prisma.event.findMany();
    expect(kept.map(({ number }) => number)).toEqual([head]);
    await database.transaction((sql) =>
      appendEvents(sql, [{ projectId, owner: 'alice', type: 'spec.written' }]),
    );
    await application.get(Relay).number();
    await expect.poll(() => application.get(EventReader).head()).toBe(head + 1n);
  });
});
