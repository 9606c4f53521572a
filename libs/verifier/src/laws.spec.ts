import type { RuleName } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closingOf, fencesUnder } from './fences.js';
import { gatherFacts } from './facts.js';
import { HistoryBuilder } from './history-builder.testing.js';
import { judged, statusOf } from './judge.testing.js';
import { profiles } from './profiles.js';

const failsAt = 1000;
const givenUpAt = 9000;
/** H + 3 × KATO + 10 s, H being the moment of the failure. */
const fenceEnd = failsAt + 25_000;

interface WriteOptions {
  lba: number;
  overA: boolean;
  /** Name of the bytes, or null for bytes of its own. */
  bytes: string | null;
  gap: number;
  toNode: number;
  toMedium: number;
  toHost: number;
  /** What becomes of it when path A fails under it: where in the target's bound it lands, if it was complete. */
  lands: number;
}

const writeOptions = (bytes: fc.Arbitrary<string | null>): fc.Arbitrary<WriteOptions> =>
  fc.record({
    lba: fc.nat(2),
    overA: fc.boolean(),
    bytes,
    gap: fc.integer({ min: 1, max: 400 }),
    toNode: fc.integer({ min: 1, max: 100 }),
    toMedium: fc.integer({ min: 1, max: 300 }),
    toHost: fc.integer({ min: 1, max: 100 }),
    lands: fc.integer({ min: 1, max: 18_000 }),
  });

const jobsOf = (bytes: fc.Arbitrary<string | null>): fc.Arbitrary<WriteOptions[][]> =>
  fc.array(fc.array(writeOptions(bytes), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 4,
  });

/** A lab in which host and target both keep to the rules: jobs of depth 1 over the same blocks; path A fails. */
class LegalLab {
  readonly builder = new HistoryBuilder();
  readonly a = this.builder.association({
    link: 'A',
    givenUp: { at: givenUpAt, by: 'rst' },
    lastNewHostBytes: failsAt,
  });
  readonly b = this.builder.association({ link: 'B' });
  #unique = 0;

  constructor(jobs: WriteOptions[][]) {
    for (const job of jobs) {
      let now = 1;
      for (const write of job) now = this.#run(write, now + write.gap);
    }
  }

  #run(write: WriteOptions, sent: number): number {
    const bytes = write.bytes ?? `own ${this.#unique++}`;
    const complete = sent + write.toNode;
    const applied = complete + write.toMedium;
    const answered = applied + write.toHost;
    const options = { lba: write.lba, bytes, sent, complete };
    if (!write.overA || sent >= failsAt) {
      this.builder.write(this.b, { ...options, applied, answered });
      return answered;
    }
    if (answered < failsAt) {
      this.builder.write(this.a, { ...options, applied, answered });
      return answered;
    }
    if (complete < failsAt) {
      this.builder.write(this.a, { ...options, applied: Math.max(applied, failsAt + write.lands) });
    } else {
      this.builder.command(this.a, { ...options, complete: null });
    }
    const again = fenceEnd + write.toNode;
    this.builder.write(this.b, {
      ...options,
      sent: again,
      complete: again + write.toNode,
      applied: again + write.toNode + write.toMedium,
      answered: again + write.toNode + write.toMedium + write.toHost,
    });
    return again + write.toNode + write.toMedium + write.toHost;
  }
}

const statuses = (history: History, ...rules: RuleName[]) =>
  rules.map((rule) => statusOf(judged(history), rule).status);

describe('laws', () => {
  it('legal concurrent histories of unique bytes raise no alarm', () => {
    fc.assert(
      fc.property(jobsOf(fc.constant(null)), (jobs) => {
        const verdict = judged(new LegalLab(jobs).builder.build());
        expect(verdict.findings).toEqual([]);
        expect(verdict.verdict).toBe('pass');
      }),
      { numRuns: 300 },
    );
  });

  it('legal concurrent histories of equal bytes are never called a violation', () => {
    const bytes = fc.constantFrom('0', 'x', 'y', null);
    fc.assert(
      fc.property(jobsOf(bytes), (jobs) => {
        const { builder, b } = new LegalLab(jobs);
        for (const [index, name] of ['x', 'y'].entries()) {
          // The workload repeats its bytes, and shows it.
          builder.write(b, { lba: 50 + index, bytes: name, sent: 0, applied: 0.2, answered: 0.5 });
          builder.write(b, { lba: 60 + index, bytes: name, sent: 0, applied: 0.2, answered: 0.5 });
        }
        expect(judged(builder.build()).verdict).not.toBe('violation');
      }),
      { numRuns: 300 },
    );
  });

  it('a planted stale write is found, on its block alone', () => {
    const planted = fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(jobsOf(fc.constant(null)), planted, (jobs, lbas) => {
        const { builder, a, b } = new LegalLab(jobs);
        for (const lba of lbas.map((it) => 100 + it)) {
          const lands = 70_000;
          builder.write(a, { lba, bytes: `old ${lba}`, sent: 900, applied: lands });
          builder.write(b, {
            lba,
            bytes: `old ${lba}`,
            sent: fenceEnd + 1,
            applied: fenceEnd + 2,
            answered: fenceEnd + 3,
          });
          builder.write(b, {
            lba,
            bytes: `new ${lba}`,
            sent: fenceEnd + 4,
            applied: fenceEnd + 5,
            answered: fenceEnd + 6,
          });
        }
        const history = builder.build();
        const found = judged(history).findings.filter(({ rule }) => rule === 'no-stale-overwrite');
        expect(found.map(({ witness }) => witness.lba).sort()).toEqual(
          lbas.map((it) => 100 + it).sort(),
        );
        expect(statuses(history, 'no-stale-overwrite', 'no-early-retry')).toEqual([
          'violated',
          'held',
        ]);
      }),
      { numRuns: 100 },
    );
  });

  it('no-stale-overwrite says what its definition says, pair by pair', () => {
    const command = fc.record({
      overA: fc.boolean(),
      sent: fc.integer({ min: 1, max: 40_000 }),
      applied: fc.option(fc.integer({ min: 1, max: 40_000 })),
      answered: fc.option(fc.integer({ min: 2, max: 40_000 })),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 10 }), (commands) => {
        const lab = new HistoryBuilder();
        const a = lab.association({
          link: 'A',
          givenUp: { at: givenUpAt, by: 'rst' },
          lastNewHostBytes: failsAt,
        });
        const b = lab.association({ link: 'B' });
        commands.forEach((it, index) => {
          const answered = it.answered === null ? {} : { answered: it.sent + it.answered };
          const sent = lab.command(it.overA ? a : b, {
            lba: 0,
            // Bytes of its own for every command: no retries, and a single assignment.
            bytes: `W${index}`,
            sent: it.sent,
            ...answered,
            status: it.failed ? 0x280 : 0,
          });
          if (it.applied !== null) {
            lab.apply(sent, { applied: it.sent + it.applied, received: it.sent + 0.2 });
          }
        });
        const history = lab.build();
        const expected = hasStalePair(history) ? 'violated' : 'held';
        expect(statuses(history, 'no-stale-overwrite')).toEqual([expected]);
      }),
      { numRuns: 300 },
    );
  });
});

/** The rule's own words, for unique bytes. */
function hasStalePair(history: History): boolean {
  const facts = gatherFacts(history);
  const fences = fencesUnder(profiles[0]!, facts);
  const block = facts.blocks.byLba.get(0);
  const writes = (block?.applies ?? []).map(({ command }) => block!.writes.of(command!)!);
  return writes.some((w, late) =>
    writes.some(
      (v, early) =>
        early < late && Number.isFinite(v.succeededAt) && closingOf(w, fences).at < v.firstSentAt,
    ),
  );
}
