import type { RuleName } from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closingOf, fencesUnder } from './fences.js';
import { gatherFacts } from './facts.js';
import { HistoryBuilder } from './history-builder.testing.js';
import { judged, statusOf } from './judge.testing.js';
import { profiles } from './profiles.js';
import { tellStory } from './trust/tell-story.testing.js';

const failsAt = 1000;
const givenUpAt = 9000;

const statuses = (history: History, ...rules: RuleName[]) =>
  rules.map((rule) => statusOf(judged(history), rule).status);

describe('laws', () => {
  it('a planted stale write is found, on its block alone', () => {
    const planted = fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 5 });
    const timed = { fence: 'time', cqtMs: 0, repeats: false, uncertainMs: 0, wild: false } as const;
    fc.assert(
      fc.property(fc.nat(), planted, (seed, offsets) => {
        const story = tellStory(seed, timed);
        const { lost, other, lostAt, hostEnd } = story.failovers[0]!;
        const lbas = offsets.map((it) => 6000 + it);
        for (const lba of lbas) {
          const bytes = `old ${lba}`;
          const applied = story.endMs + 100_000;
          story.builder.write(lost, {
            lba,
            bytes,
            sent: lostAt - 20,
            complete: lostAt - 10,
            applied,
          });
          story.quickWrite(other, lba, [bytes], hostEnd);
          story.quickWrite(other, lba, [`new ${lba}`], hostEnd + 10);
        }
        const judgement = judged(story.build(), story.input);
        const found = judgement.findings.filter(({ rule }) => rule === 'no-stale-overwrite');
        expect(found.map(({ witness }) => witness.lba).sort()).toEqual(lbas.sort());
        expect(statusOf(judgement, 'no-early-retry').status).toBe('held');
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
  const block = facts.blocks.at(0);
  const writes = (block?.applies ?? []).map(({ command }) => block!.writes.of(command!)!);
  return writes.some((w, late) =>
    writes.some(
      (v, early) =>
        early < late && Number.isFinite(v.succeededAt) && closingOf(w, fences).at < v.firstSentAt,
    ),
  );
}
