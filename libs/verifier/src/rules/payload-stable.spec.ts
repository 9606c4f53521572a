import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judgedBy, statusOf } from '../judge.testing.js';
import { payloadStable } from './payload-stable.js';

const rule = payloadStable.name;
const judged = (history: History, stableBuffers = true) =>
  judgedBy(payloadStable, history, { stableBuffers });

/** A write over A that is not answered, and what is sent over B while it is outstanding. */
function sentAgain(first: string[], then: string[], lba = 0): HistoryBuilder {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 9000, by: 'rst' } });
  const b = lab.association({ link: 'B' });
  lab.command(a, { lba: 0, bytes: first, sent: 900 });
  lab.command(b, { lba, bytes: then, sent: 30_000, answered: 30_010 });
  return lab;
}

describe(rule, () => {
  it('is not judged without stable buffers, or without a write', () => {
    const history = sentAgain(['x'], ['x']).build();
    expect(statusOf(judged(history, false), rule).status).toBe('not-judged');
    expect(statusOf(judged(new HistoryBuilder().build()), rule).status).toBe('not-judged');
  });

  it('finds a write that was delivered with other bytes than were sent first', () => {
    const history = sentAgain(['x', 'y'], ['x', 'y']).build();
    history.commands[0]!.deliveredPayloads = [history.commands[0]!.payloads[0]!, 0];
    const { findings } = judged(history);
    expect(findings).toMatchObject([{ rule, blame: 'host', blamed: 'host1', witness: { lba: 1 } }]);
    expect(findings[0]!.sentence).toBe(
      'LBA 1: the write that host1 sent over path A at 900 ms (CID 0x3001) was delivered with payload ' +
        'hash of 0, where hash of y had been sent first.',
    );
  });

  it('finds a retry with other bytes on some of its blocks', () => {
    const { findings } = judged(sentAgain(['x', 'y', 'z'], ['x', 'changed', 'z']).build());
    expect(findings).toMatchObject([{ rule, blame: 'host', witness: { lba: 1, otherPath: 'B' } }]);
    expect(findings[0]!.sentence).toContain('(CID 0x3001) again on path B at 30,000 ms');
  });

  it.each([
    ['a retry of equal bytes', ['x', 'y'], ['x', 'y'], 0],
    ['another write of the application', ['x', 'y'], ['p', 'q'], 0],
    ['a write of other blocks that overlaps', ['x', 'y'], ['y', 'q'], 1],
  ])('holds for %s', (_, first, then, lba) => {
    expect(statusOf(judged(sentAgain(first, then, lba).build()), rule).status).toBe('held');
  });

  it('a law: of the retries exactly those with changed blocks are found', () => {
    const changed = fc.array(fc.option(fc.nat(2)), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(changed, (writes) => {
        const lab = new HistoryBuilder();
        const a = lab.association({ link: 'A', givenUp: { at: 9000, by: 'rst' } });
        const b = lab.association({ link: 'B' });
        const expected: number[] = [];
        for (const [index, block] of writes.entries()) {
          const lba = 3 * index;
          const bytes = [0, 1, 2].map((at) => `own ${lba + at}`);
          lab.command(a, { lba, bytes, sent: 900 + index });
          const again = bytes.map((name, at) => (at === block ? `${name} changed` : name));
          lab.command(b, { lba, bytes: again, sent: 30_000 + index, answered: 31_000 });
          if (block !== null) expected.push(lba + block);
        }
        const { findings } = judged(lab.build());
        expect(findings.map(({ witness }) => witness.lba)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
