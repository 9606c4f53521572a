import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from '../history-builder.testing.js';
import { judgedBy, statusOf } from '../judge.testing.js';
import { finalImage } from './final-image.js';

const rule = finalImage.name;
const judged = (history: History) => judgedBy(finalImage, history);

/** The history with what the medium held at the end: by default what was applied last. */
function ended(lab: HistoryBuilder, other: Record<number, number> = {}): History {
  const history = lab.build();
  const image = new Map<number, number>();
  for (const { appliedAt, slba, payloads } of history.applies) {
    if (!Number.isFinite(appliedAt)) continue;
    payloads.forEach((payload, index) => image.set(slba + index, payload));
  }
  for (const [lba, payload] of Object.entries(other)) image.set(Number(lba), payload);
  return { ...history, finalImage: image };
}

function twoPaths() {
  const lab = new HistoryBuilder();
  const a = lab.association({
    link: 'A',
    givenUp: { at: 9000, by: 'rst' },
    lastNewHostBytes: 1000,
  });
  const b = lab.association({ link: 'B' });
  const write = (bytes: string, sent: number) =>
    lab.write(b, { lba: 0, bytes, sent, answered: sent + 10, applied: sent + 1 });
  return { lab, a, b, write };
}

describe(rule, () => {
  it('is not judged without an image, or without a write', () => {
    const { lab, write } = twoPaths();
    expect(statusOf(judged(ended(lab)), rule).status).toBe('not-judged');
    write('x', 10);
    expect(statusOf(judged(lab.build()), rule)).toMatchObject({
      status: 'not-judged',
      reason: 'the recording has no image of the medium at its end',
    });
  });

  it('holds where the newest write is there', () => {
    const { lab, write } = twoPaths();
    write('x', 10);
    write('y', 30);
    expect(statusOf(judged(ended(lab)), rule).status).toBe('held');
  });

  it('blames the host where its early retry let the old write land late', () => {
    const { lab, a, write } = twoPaths();
    lab.write(a, { lba: 0, bytes: 'old', sent: 900, applied: 15_000 });
    write('old', 9500);
    write('new', 9600);
    const [finding] = judged(ended(lab)).findings;
    expect(finding).toMatchObject({
      rule,
      blame: 'host',
      blamed: 'host1',
      witness: { lba: 0, host: 'host1', path: 'A', otherPath: 'B' },
    });
    expect(finding!.sentence).toContain('at the end the medium held payload hash of old, where');
  });

  it('blames the target where the old write landed after its bound', () => {
    const { lab, a, write } = twoPaths();
    lab.write(a, { lba: 0, bytes: 'old', sent: 900, applied: 60_000 });
    write('old', 27_000);
    write('new', 27_100);
    expect(judged(ended(lab)).findings).toMatchObject([{ blame: 'target', blamed: 'A' }]);
  });

  it('blames the target for a write with FUA, or that was flushed, and never came to the medium', () => {
    const lost = (lasting: 'no' | 'fua' | 'flush') => {
      const { lab, b, write } = twoPaths();
      write('x', 10);
      const command = lab.command(b, { lba: 0, bytes: 'y', sent: 30, answered: 40 });
      command.fua = lasting === 'fua';
      if (lasting === 'flush') {
        const flush = lab.command(b, { lba: 0, bytes: [], sent: 50, answered: 60 });
        Object.assign(flush, { op: 'flush', opcode: 0, name: 'Flush' });
      }
      return judged(ended(lab)).findings;
    };
    expect(lost('no')).toEqual([]);
    for (const lasting of ['fua', 'flush'] as const) {
      expect(lost(lasting)).toMatchObject([{ blame: 'target', blamed: 'B', witness: { lba: 0 } }]);
    }
  });

  it('misses a block for which no request ever came', () => {
    const { lab, b } = twoPaths();
    lab.command(b, { lba: 5, bytes: 'x', sent: 10, answered: 20 }).fua = true;
    expect(judged(ended(lab)).findings).toMatchObject([{ blame: 'target', witness: { lba: 5 } }]);
  });

  it('decides nothing where the image is not what was applied last', () => {
    const { lab, write } = twoPaths();
    write('x', 10);
    write('y', 30);
    const verdict = judged(ended(lab, { 0: 1 }));
    expect(verdict.findings).toEqual([]);
    expect(statusOf(verdict, rule)).toMatchObject({
      status: 'inconclusive',
      reason: 'final-image, LBA 0: the medium does not hold what the journal applied last',
    });
  });

  it('holds for an unanswered write, whether it took effect or not, and after a deallocation', () => {
    for (const applied of [null, 2000]) {
      const { lab, a, write } = twoPaths();
      write('x', 10);
      lab.write(a, { lba: 0, bytes: 'y', sent: 900, applied });
      expect(statusOf(judged(ended(lab)), rule).status).toBe('held');
    }
    const { lab, b, write } = twoPaths();
    write('x', 10);
    const trim = lab.command(b, { lba: 0, bytes: '0', sent: 30, answered: 40, op: 'deallocate' });
    trim.payloads = [];
    lab.apply(trim, { applied: 35 });
    const history = ended(lab, { 0: 0 });
    history.applies[1]!.candidates = [[trim.id]];
    expect(statusOf(judged(history), rule).status).toBe('held');
  });

  it('a law: whatever overlaps, the last apply is legal; an older one put back is found', () => {
    const op = fc.record({
      lba: fc.nat(2),
      gap: fc.integer({ min: 1, max: 100 }),
      before: fc.integer({ min: 1, max: 300 }),
      after: fc.integer({ min: 1, max: 300 }),
    });
    const jobs = fc.array(fc.array(op, { minLength: 1, maxLength: 10 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(jobs, fc.nat(2), (planned, lba) => {
        const { lab, a, b } = twoPaths();
        let [number, end] = [0, 0];
        for (const job of planned) {
          let now = 1;
          for (const it of job) {
            const sent = now + it.gap;
            const applied = sent + it.before;
            const answered = applied + it.after;
            lab.write(b, { lba: it.lba, bytes: `own ${number++}`, sent, applied, answered });
            now = answered;
            end = Math.max(end, now);
          }
        }
        expect(statusOf(judged(ended(lab)), rule).status).toBe('held');
        const at = Math.max(end, 30_000);
        const options = { lba, bytes: 'old' };
        lab.write(a, { ...options, sent: 900, applied: at + 100 });
        lab.write(b, { ...options, sent: at, applied: at + 1, answered: at + 2 });
        lab.write(b, { lba, bytes: 'new', sent: at + 3, applied: at + 4, answered: at + 5 });
        const { findings } = judged(ended(lab));
        expect(findings).toMatchObject([{ rule, blame: 'target', blamed: 'A', witness: { lba } }]);
      }),
      { numRuns: 300 },
    );
  });
});
