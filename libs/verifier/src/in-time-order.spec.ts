import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherFacts, type Facts } from './facts.js';
import { fencesUnder } from './fences.js';
import { HistoryBuilder } from './history-builder.testing.js';
import { isInTimeOrder } from './in-time-order.js';
import { profiles } from './profiles.js';
import { judgeOverlapping } from './register.js';

interface Operation {
  op: 'read' | 'write';
  bytes: string;
  sent: number;
  answered?: number;
  status?: number;
}

const lba = 7;

function factsOf(operations: readonly Operation[]): Facts {
  const builder = new HistoryBuilder();
  const a = builder.association({ link: 'A' });
  for (const operation of operations) builder.command(a, { lba, ...operation });
  return gatherFacts(builder.build());
}

const check = ({ blocks, reads }: Facts) =>
  isInTimeOrder(blocks.at(lba)!, reads.unexplained.get(lba) ?? []);

const write = (bytes: string, sent: number, answered?: number): Operation => {
  return { op: 'write', bytes, sent, ...(answered === undefined ? {} : { answered }) };
};
const read = (bytes: string, sent: number, answered: number): Operation => {
  return { op: 'read', bytes, sent, answered };
};

describe('isInTimeOrder', () => {
  it.each<[string, boolean, Operation[]]>([
    ['one after the other', true, [write('x', 10, 20), read('x', 30, 40), write('y', 50, 60)]],
    [
      'reads that overlap each other',
      true,
      [write('x', 10, 20), read('x', 30, 60), read('x', 40, 50)],
    ],
    ['the initial content', true, [read('0', 1, 2), write('x', 10, 20)]],
    ['a read under way with the write before it', false, [write('x', 10, 20), read('x', 15, 30)]],
    ['a write that begins under a read', false, [read('0', 1, 15), write('x', 10, 20)]],
    ['two writes that overlap', false, [write('x', 10, 20), write('y', 15, 30), read('y', 40, 50)]],
    [
      'another value than the last',
      false,
      [write('x', 10, 20), write('y', 30, 40), read('x', 50, 60)],
    ],
    ['a write without an answer', false, [write('x', 10), read('x', 50, 60)]],
    ['a write that failed', false, [{ ...write('x', 10, 20), status: 0x280 }, read('x', 50, 60)]],
  ])('%s: %s', (_, expected, operations) => {
    expect(check(factsOf(operations))).toBe(expected);
  });

  it('never says so of a block that the search through all orders finds illegal', () => {
    const operation: fc.Arbitrary<Operation> = fc
      .record({
        op: fc.constantFrom('read' as const, 'write' as const),
        bytes: fc.constantFrom('0', 'x', 'y', 'z'),
        sent: fc.integer({ min: 1, max: 60 }),
        takes: fc.integer({ min: 1, max: 12 }),
      })
      .map(({ takes, ...rest }) => ({ ...rest, answered: rest.sent + takes }));
    let inOrder = 0;
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 5 }), (operations) => {
        const facts = factsOf([...operations, write('last', 100, 110)]);
        if (!check(facts)) return;
        inOrder++;
        const { history, blocks, reads } = facts;
        for (const profile of profiles) {
          const rules = {
            history,
            blocks,
            fences: fencesUnder(profile, facts),
            isLasting: () => true,
          };
          const judged = judgeOverlapping(rules, blocks.at(lba)!, reads.unexplained.get(lba) ?? []);
          expect(judged).toEqual({ illegal: [], unsure: null });
        }
      }),
      { numRuns: 2000 },
    );
    expect(inOrder).toBeGreaterThan(50);
  });
});
