import { never } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder, type AssociationOptions } from '../history-builder.testing.js';
import { judged, statusOf } from '../judge.testing.js';
import { profiles } from '../profiles.js';

const rule = 'keep-alive-duty';
const keepAlive = 0x18;

/** One write on A, complete at 1 s: T. Without another word of its host the bound is T + 2 × 5 s + CQT. */
function labWithSilence(options: Partial<AssociationOptions> = {}) {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A', givenUp: { at: 8000, by: 'fin' }, ...options });
  const write = lab.command(a, { lba: 12, bytes: 'W', sent: 999, complete: 1000 });
  return { lab, a, write };
}

describe(rule, () => {
  it('is violated by an apply after the bound, and blames the node', () => {
    const { lab, write } = labWithSilence({ cqtMs: 500 });
    lab.apply(write, { applied: 12_000, held: 1001 });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    expect(verdict.findings).toHaveLength(1);
    expect(verdict.findings[0]).toMatchObject({ rule, blame: 'target', blamed: 'A' });
    expect(verdict.findings[0]!.sentence).toBe(
      'Node A applied 1 write of host1 over A, CNTLID 1 (#0) after its bound, 2 × KATO of 5,000 ms and its ' +
        'CQT of 500 ms after the last command that reached it; the first (LBA 12, CID 0x3001) 500 ms after.',
    );
    expect(verdict.findings[0]!.witness.steps.map(({ ms }) => ms)).toEqual([
      999, 1000, 1000, 1000.1, 1001, 8000, 11_500, 12_000,
    ]);
  });

  describe.each([
    ['TBKAS, CQT 1 ms', { cqtMs: 1 }, [11_001, 11_001, 11_001]],
    ['TBKAS, CQT 0', {}, [21_000, null, 11_000]],
    ['no TBKAS, CQT 700 ms', { tbkas: false, cqtMs: 700 }, [7700, 7700, 7700]],
    ['no TBKAS, CQT 0', { tbkas: false }, [17_000, null, 7000]],
  ] as [string, Partial<AssociationOptions>, (number | null)[]][])('%s', (_, options, bounds) => {
    it.each([
      ['1 ms inside', -1, 'held'],
      ['at the bound', 0, 'held'],
      ['1 ms outside', 1, 'violated'],
    ])('draws the line at the bound of each profile: %s', (__, offset, expected) => {
      profiles.forEach(({ name }, index) => {
        const { lab, a, write } = labWithSilence(options);
        const alive = lab.command(a, { lba: 0, bytes: [], sent: 1999, complete: 2000 });
        Object.assign(alive, { opcode: keepAlive, name: 'Keep Alive', op: 'other', qid: 0 });
        // With TBKAS any command counts, without only the Keep Alive: T is the write's moment with the first.
        if (options.tbkas !== false) alive.completeAt = 500e6;
        const bound = bounds[index] ?? null;
        lab.apply(write, { applied: (bound ?? 900_000) + offset, held: 1001 });
        const status = statusOf(judged(lab.build(), { profile: name }), rule);
        expect([name, status.status]).toEqual([name, bound === null ? 'not-judged' : expected]);
      });
    });
  });

  it('says what a target did that promised nothing', () => {
    const { lab, write } = labWithSilence();
    lab.apply(write, { applied: 16_000, held: 1001 });
    const history = lab.build();
    expect(statusOf(judged(history), rule).reason).toContain(
      'a reported CQT of 0 promises nothing, and counts as 10,000 ms under cqt-zero-10s',
    );
    expect(statusOf(judged(history, { profile: 'cqt-zero-immediate' }), rule).reason).toBe(
      'no bound by time under cqt-zero-immediate: a CQT of 0 promises nothing; host1 over A, CNTLID 1 (#0) ' +
        'had a write applied 15 s after it last heard of its host',
    );
  });

  it.each([
    ['has no keep-alive time-out', { katoMs: 0, cqtMs: 5 }],
    ['was given up and speaks on', { cqtMs: 5, speaksAt: 899_000 }],
  ])('is not violated where the host %s', (_, { speaksAt, ...options }: Options) => {
    const { lab, a, write } = labWithSilence(options);
    lab.apply(write, { applied: 900_000, held: 1001 });
    if (speaksAt !== undefined) lab.command(a, { lba: 1, bytes: 'X', sent: speaksAt });
    expect(statusOf(judged(lab.build()), rule).status).not.toBe('violated');
  });

  it('is not judged where the host was not told what its controller can', () => {
    const { lab, a, write } = labWithSilence({ tbkas: false });
    lab.apply(write, { applied: 900_000, held: 1001 });
    a.identifiedAt = never;
    expect(statusOf(judged(lab.build()), rule).status).toBe('not-judged');
  });

  it('does not decide below the uncertainty of the recording', () => {
    const { lab, write } = labWithSilence({ cqtMs: 1 });
    lab.apply(write, { applied: 11_005, held: 1001 });
    lab.uncertain(5);
    expect(statusOf(judged(lab.build()), rule).status).toBe('inconclusive');
  });

  it('a law: late are exactly the writes applied after the bound', () => {
    const write = fc.record({
      sent: fc.integer({ min: 1, max: 5000 }),
      after: fc.integer({ min: 1, max: 40_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(write, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 3000 }),
        (writes, tbkas, cqtMs) => {
          const lab = new HistoryBuilder();
          const a = lab.association({ link: 'A', tbkas, cqtMs });
          writes.forEach(({ sent, after }, index) => {
            lab.write(a, { lba: index % 3, bytes: `W${index}`, sent, applied: sent + after });
          });
          // The admin Connect stands in for a Keep Alive that never came.
          const last = tbkas ? Math.max(...writes.map(({ sent }) => sent + 0.1)) : 0;
          const bound = last + (tbkas ? 2 : 1) * 5000 + (cqtMs === 0 ? 10_000 : cqtMs);
          const late = writes.filter(({ sent, after }) => sent + after > bound).length;
          const found = judged(lab.build()).findings.filter((it) => it.rule === rule);
          expect(found).toHaveLength(late > 0 ? 1 : 0);
          if (late > 0) expect(found[0]!.sentence).toContain(`applied ${late} write`);
        },
      ),
      { numRuns: 200 },
    );
  });
});

type Options = Partial<AssociationOptions> & { speaksAt?: number };
