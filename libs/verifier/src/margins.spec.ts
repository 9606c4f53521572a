import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from './history-builder.testing.js';
import { judged, statusOf } from './judge.testing.js';
import { profiles } from './profiles.js';

/** A is lost with one write, which lands and is sent again; by CCR, or by time alone. */
function failover(lands: number, again: number, ccrAt: number | null, cqtMs: number) {
  const lab = new HistoryBuilder();
  const ccr = ccrAt === null ? {} : { ccrSuccessSent: ccrAt, ccrSuccessDelivered: ccrAt + 1 };
  const givenUp = { at: 8000, by: 'fin' } as const;
  const a = lab.association({ link: 'A', givenUp, cqtMs, ...ccr });
  const b = lab.association({ link: 'B' });
  lab.write(a, { lba: 1, bytes: 'W', sent: 1000, applied: lands });
  lab.write(b, { lba: 1, bytes: 'W', sent: again, applied: again + 1, answered: again + 2 });
  return lab.build();
}

describe('margins', () => {
  it('are negative exactly where a rule of host or target is violated, under every profile', () => {
    const moment = fc.integer({ min: 8001, max: 40_000 });
    fc.assert(
      fc.property(
        moment,
        moment,
        fc.option(moment),
        fc.constantFrom(0, 1, 700),
        (lands, again, ccrAt, cqtMs) => {
          const history = failover(lands, again, ccrAt, cqtMs);
          for (const { name } of profiles) {
            const verdict = judged(history, { profile: name });
            const [margin] = verdict.margins;
            const violated = (rule: Parameters<typeof statusOf>[1]) =>
              statusOf(verdict, rule).status === 'violated';
            expect(violated('no-early-retry')).toBe(margin!.firstRetryMinusFenceEndMs! < 0);
            expect(violated('no-write-after-fence') || violated('keep-alive-duty')).toBe(
              (margin!.targetFenceEndMinusLastApplyMs ?? 0) < 0,
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('fences that were kept', () => {
  it.each([
    [
      'by CCR',
      { lands: 8100, again: 9002, ccrAt: 9000 },
      { resumedAfterCcr: 1, resumedAfterTime: 0 },
    ],
    [
      'by time',
      { lands: 8100, again: 16_800, ccrAt: null },
      { resumedAfterCcr: 0, resumedAfterTime: 1 },
    ],
    ['not', { lands: 8100, again: 8999, ccrAt: 9000 }, { resumedAfterCcr: 0, resumedAfterTime: 0 }],
  ] as const)('are counted: %s', (_, { lands, again, ccrAt }, counted) => {
    const verdict = judged(failover(lands, again, ccrAt, 700), { exercise: {} });
    expect(verdict.counters).toMatchObject(counted);
  });
});
