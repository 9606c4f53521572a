import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from './history-builder.testing.js';
import { judged, statusOf } from './judge.testing.js';

/** Two paths, of which the first was given up. */
function twoPaths() {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'rst' } });
  const b = lab.association({ link: 'B' });
  return { lab, a, b };
}

const counters = (lab: HistoryBuilder) => {
  const { splitWrites, mergedApplies } = judged(lab.build()).counters;
  return { splitWrites, mergedApplies };
};

describe('writes that a node splits and merges', () => {
  it('are not counted where each write is one request', () => {
    const { lab, b } = twoPaths();
    lab.write(b, { lba: 1, bytes: ['P', 'Q'], sent: 100, applied: 101, answered: 102 });
    lab.write(b, { lba: 1, bytes: ['R', 'S'], sent: 110, applied: 111, answered: 112 });
    expect(counters(lab)).toEqual({ splitWrites: 0, mergedApplies: 0 });
  });

  it('are counted once each, however many pieces there are', () => {
    const { lab, b } = twoPaths();
    const split = lab.command(b, { lba: 1, bytes: ['P', 'Q', 'R'], sent: 100, answered: 110 });
    for (const [block, applied] of [101, 102, 103].entries()) {
      lab.apply(split, { applied, blocks: [block, 1] });
    }
    const [one, two, three] = ['S', 'T', 'U'].map((bytes, index) =>
      lab.command(b, { lba: 10 + index, bytes, sent: 120 + index, complete: 130, answered: 140 }),
    );
    const merged = lab.apply(one!, { applied: 135 });
    merged.blocks = 3;
    merged.payloads.push(...two!.payloads, ...three!.payloads);
    expect(counters(lab)).toEqual({ splitWrites: 1, mergedApplies: 1 });
  });

  it('are judged block by block: one stale block of a merged request, one late piece of a split write', () => {
    const { lab, a, b } = twoPaths();
    const held = lab.command(a, { lba: 5, bytes: 'old', sent: 1000 });
    const neighbour = lab.command(a, { lba: 6, bytes: 'other', sent: 1001 });
    const late = lab.apply(held, { applied: 20_000, received: 1010, held: 1010 });
    late.blocks = 2;
    late.payloads.push(...neighbour.payloads);
    const split = lab.command(a, { lba: 10, bytes: ['P', 'Q'], sent: 1002 });
    lab.apply(split, { applied: 1020, blocks: [0, 1] });
    lab.apply(split, { applied: 20_001, received: 1020, held: 1020, blocks: [1, 1] });
    lab.write(b, { lba: 5, bytes: 'old', sent: 9000, applied: 9001, answered: 9002 });
    lab.write(b, { lba: 6, bytes: 'other', sent: 9000, applied: 9001, answered: 9002 });
    lab.write(b, { lba: 10, bytes: ['P', 'Q'], sent: 9000, applied: 9001, answered: 9002 });
    lab.write(b, { lba: 5, bytes: 'new', sent: 9100, applied: 9101, answered: 9102 });
    lab.write(b, { lba: 11, bytes: 'newer', sent: 9100, applied: 9101, answered: 9102 });
    const verdict = judged(lab.build());
    expect(statusOf(verdict, 'no-stale-overwrite').status).toBe('violated');
    const stale = verdict.findings.filter(({ rule }) => rule === 'no-stale-overwrite');
    expect(stale.map(({ witness }) => witness.lba).sort()).toEqual([11, 5]);
    expect(verdict.counters).toMatchObject({ splitWrites: 1, mergedApplies: 1, landedLate: 3 });
  });
});
