import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judgedBy, statusOf } from '../judge.testing.js';
import { mediumEqualsWire } from './medium-equals-wire.js';

const rule = mediumEqualsWire.name;
const judged = (history: History) => judgedBy(mediumEqualsWire, history);

/** A write to each block; the node gives other bytes to the medium on some of them. */
function lab(blocks: number, altered: readonly number[]) {
  const builder = new HistoryBuilder();
  const a = builder.association({ link: 'A' });
  for (let lba = 0; lba < blocks; lba++) {
    const at = 10 * lba + 1;
    const options = { lba, bytes: `own ${lba}`, sent: at, answered: at + 5 };
    const command = builder.command(a, options);
    const apply = builder.apply(command, { applied: at + 2 });
    if (altered.includes(lba)) apply.payloads = [0];
  }
  return builder.build();
}

describe(rule, () => {
  it('holds where every request carries what was delivered', () => {
    expect(statusOf(judged(lab(5, [])), rule).status).toBe('held');
  });

  it('is not judged where nothing was applied', () => {
    const builder = new HistoryBuilder();
    builder.association({ link: 'A' });
    expect(statusOf(judged(builder.build()), rule).status).toBe('not-judged');
  });

  it('finds each request with other bytes, and blames the node', () => {
    const blocks = fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 19 });
    fc.assert(
      fc.property(blocks, (altered) => {
        const verdict = judged(lab(20, altered));
        const found = verdict.findings.filter((it) => it.rule === rule);
        expect(found.map(({ witness }) => witness.lba)).toEqual(altered.sort((a, b) => a - b));
        expect(found.every((it) => it.blame === 'target' && it.blamed === 'A')).toBe(true);
        expect(statusOf(verdict, rule).status).toBe('violated');
      }),
      { numRuns: 50 },
    );
  });

  it('says in one sentence what was written and what had been delivered', () => {
    expect(judged(lab(1, [0])).findings[0]!.sentence).toBe(
      'LBA 0: node A wrote payload hash of 0 at 3 ms, where host1 had delivered hash of own 0 ' +
        '(CID 0x3001 over path A).',
    );
  });

  it('is no judge of a request that no command fits: there the instruments contradict themselves', () => {
    const builder = new HistoryBuilder();
    const a = builder.association({ link: 'A' });
    const command = builder.command(a, { lba: 0, bytes: 'x', sent: 1, answered: 5 });
    builder.apply(command, { applied: 3, unattributed: 'no command with these bytes' });
    const verdict = judged(builder.build());
    expect(verdict.findings).toEqual([]);
    expect(statusOf(verdict, rule).status).toBe('inconclusive');
  });

  it('does not count a request that the backend did not apply', () => {
    const history = lab(2, [1]);
    history.applies[1]!.appliedAt = Number.POSITIVE_INFINITY;
    expect(statusOf(judged(history), rule).status).toBe('held');
  });
});
