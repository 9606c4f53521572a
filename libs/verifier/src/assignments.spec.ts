import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLikeliest, forEachAssignment, narrow, type BlockApply } from './assignments.js';

const applies = (...candidates: number[][]): BlockApply[] =>
  candidates.map((list, index) => ({
    apply: { appliedAt: 10 + index } as BlockApply['apply'],
    payload: 1,
    candidates: list,
    command: null,
  }));

function everyAssignment(of: readonly BlockApply[]): string[] {
  const all: string[] = [];
  forEachAssignment(of, 1e6, (commands) => all.push(commands.join()) > 0);
  return all;
}

describe('assignments', () => {
  it('take the only candidate of one apply from the others, again and again', () => {
    const block = applies([1], [1, 2], [1, 2, 3]);
    narrow(block);
    expect(block.map((apply) => apply.candidates)).toEqual([[1], [2], [3]]);
  });

  it('keep the candidates of a command that seems to have been applied twice', () => {
    const block = applies([1], [1]);
    narrow(block);
    expect(block.map((apply) => apply.candidates)).toEqual([[1], [1]]);
  });

  it('give a command to one apply only', () => {
    expect(everyAssignment(applies([1, 2], [1, 2], []))).toEqual(['1,2,', '2,1,']);
  });

  it('say when no assignment is consistent, or too many are', () => {
    const same = [1, 2];
    expect(forEachAssignment(applies(same, same, same), 100, () => true)).toBe('none');
    const many = [1, 2, 3, 4, 5, 6];
    expect(forEachAssignment(applies(many, many, many), 10, () => true)).toBe('too-many');
  });

  it('are not changed by narrowing the candidates', () => {
    const lists = fc.array(fc.uniqueArray(fc.nat(4), { maxLength: 3 }), { maxLength: 5 });
    fc.assert(
      fc.property(lists, (candidates) => {
        const before = everyAssignment(applies(...candidates));
        const block = applies(...candidates);
        narrow(block);
        if (before.length > 0) expect(everyAssignment(block).sort()).toEqual(before.sort());
      }),
    );
  });

  it.each([
    ['the first free one', [90, 90], [1, 2, null]],
    ['the one whose answer left first', [90, 80], [2, 1, null]],
    ['none that had been answered before, while there is another', [5, 90], [2, 1, null]],
    ['what there is', [5, 5], [1, 2, null]],
  ])('choose for counts and witnesses: %s', (_, answerSentAt, chosen) => {
    const block = applies([1, 2], [1, 2], []);
    chooseLikeliest(block, (command) => answerSentAt[command - 1]!);
    expect(block.map((apply) => apply.command)).toEqual(chosen);
  });
});
