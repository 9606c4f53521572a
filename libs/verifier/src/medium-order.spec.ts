import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherFacts, type Facts } from './facts.js';
import { fencesUnder } from './fences.js';
import { HistoryBuilder, type AssociationOptions } from './history-builder.testing.js';
import { profiles } from './profiles.js';
import { judgeOverlapping } from './register.js';
import { judgeBlock } from './stale-block.js';

interface Operation {
  op: 'read' | 'write';
  bytes: string;
  sent: number;
  answered?: number;
  status?: number;
  applied?: number | null;
  received?: number;
  lba?: number;
}

const lba = 7;

function factsOf(
  operations: readonly Operation[],
  options: Partial<AssociationOptions> = {},
): Facts {
  const builder = new HistoryBuilder();
  const a = builder.association({ link: 'A', ...options });
  for (const { applied, received, ...operation } of operations) {
    const command = builder.command(a, { lba, complete: operation.sent, ...operation });
    if (applied === undefined) continue;
    builder.apply(command, { applied, received: received ?? operation.sent });
  }
  return gatherFacts(builder.build());
}

/** Whether the medium shows a legal order of the block, and nothing else need be looked at. */
const isClear = ({ blocks, mediumOrder, reads }: Facts) =>
  !reads.unexplained.has(lba) && mediumOrder.isClear(blocks.placeOf(lba)!);

const write = (bytes: string, sent: number, applied: number, answered: number): Operation => {
  return { op: 'write', bytes, sent, applied, answered };
};
const read = (bytes: string, sent: number, answered: number): Operation => {
  return { op: 'read', bytes, sent, answered };
};

describe('MediumOrder', () => {
  it.each<[string, boolean, Operation[]]>([
    ['one after the other', true, [write('x', 10, 15, 20), read('x', 30, 40)]],
    ['writes that overlap', true, [write('x', 10, 19, 20), write('y', 12, 15, 18)]],
    [
      'writes that overlap, and a read of the last',
      true,
      [write('x', 10, 19, 20), write('y', 12, 15, 18), read('x', 30, 40)],
    ],
    [
      'writes that overlap, and a read of the first',
      false,
      [write('x', 10, 19, 20), write('y', 12, 15, 18), read('y', 30, 40)],
    ],
    ['a read of the first before the last', true, [write('x', 10, 15, 20), read('0', 11, 30)]],
    ['a read of what was not there yet', false, [write('x', 10, 15, 20), read('x', 11, 14)]],
    ['a write that was applied after its answer', false, [write('x', 10, 25, 20)]],
    [
      'a write that was never applied',
      false,
      [{ op: 'write', bytes: 'x', sent: 10, answered: 20 }],
    ],
    ['a write without an answer', false, [{ op: 'write', bytes: 'x', sent: 10, applied: 12 }]],
    ['a write that failed', false, [{ ...write('x', 10, 15, 20), status: 0x280 }]],
    ['bytes that were written twice', false, [write('x', 10, 15, 20), write('x', 30, 35, 40)]],
    [
      'bytes that were written elsewhere too',
      false,
      [write('x', 1, 2, 3), { ...write('x', 4, 5, 6), lba: 8 }],
    ],
    ['zeroes', false, [write('0', 10, 15, 20)]],
  ])('%s: %s', (_, expected, operations) => {
    expect(isClear(factsOf(operations))).toBe(expected);
  });

  it('is not clear where a fence closed a write before its answer', () => {
    const operations = [write('x', 10, 25_900, 26_000)];
    expect(isClear(factsOf(operations))).toBe(true);
    expect(isClear(factsOf(operations, { givenUp: { at: 20, by: 'rst' } }))).toBe(false);
  });

  it('shows a block that nobody wrote to as it was before the run', () => {
    const { blocks, reads } = factsOf([read('0', 1, 2), { ...read('x', 1, 2), lba: 8 }]);
    expect(blocks.lbas).toEqual([]);
    expect([...reads.unexplained.keys()]).toEqual([8]);
    expect(reads.count).toBe(2);
  });

  it('is never clear of a block that the search through all orders finds illegal, or stale', () => {
    const operation: fc.Arbitrary<Operation> = fc
      .record({
        op: fc.constantFrom('read' as const, 'write' as const, 'write' as const),
        bytes: fc.constantFrom('0', 'v', 'w', 'x', 'y', 'z'),
        sent: fc.integer({ min: 1, max: 40 }),
        applied: fc.integer({ min: 0, max: 13 }),
        takes: fc.integer({ min: 1, max: 12 }),
        isAnswered: fc.integer({ min: 0, max: 19 }).map((n) => n > 0),
      })
      .map(({ op, bytes, sent, applied, takes, isAnswered }) => ({
        op,
        bytes,
        sent,
        ...(op === 'write' ? { applied: sent + applied } : {}),
        ...(isAnswered ? { answered: sent + takes } : {}),
      }));
    const giveUp = fc.option(fc.integer({ min: 1, max: 60 }), { freq: 1 });
    let clear = 0;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 5 }), giveUp, (operations, at) => {
        const facts = factsOf(
          [...operations, write('last', 100, 105, 110)],
          at === null ? {} : { givenUp: { at, by: 'rst' }, katoMs: 5, lastNewHostBytes: at },
        );
        if (!isClear(facts)) return;
        clear++;
        const { history, blocks } = facts;
        const block = blocks.at(lba)!;
        const observations = history.commands
          .filter(({ op, status }) => op === 'read' && status === 0)
          .map(({ payloads, sentAt, answeredAt }) => {
            return { payload: payloads[0]!, from: sentAt, to: answeredAt };
          });
        for (const profile of profiles) {
          const fences = fencesUnder(profile, facts);
          const rules = { history, blocks, fences, isLasting: () => true };
          const judged = judgeOverlapping(rules, block, observations);
          expect(judged).toEqual({ illegal: [], unsure: null });
          expect(judgeBlock(history, blocks, fences, block)).toEqual({ kind: 'held' });
        }
      }),
      { numRuns: 3000 },
    );
    expect(clear).toBeGreaterThan(100);
  });
});
