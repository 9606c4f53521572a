import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseLikeliest, forEachAssignment, narrow, type BlockApply } from './assignments.js';

const applies = (...candidates: number[][]): BlockApply[] =>
  candidates.map((list) => ({
    apply: {} as BlockApply['apply'],
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

  it('choose the first free candidate for counts and witnesses', () => {
    const block = applies([1, 2], [1, 2], []);
    chooseLikeliest(block);
    expect(block.map((apply) => apply.command)).toEqual([1, 2, null]);
  });
});
