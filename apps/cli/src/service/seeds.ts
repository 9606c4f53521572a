import { runJobLimit, type Seeds } from '@fenceline/contracts/api';
import { InvalidArgumentError } from 'commander';
import { parseSeed } from '../commands/arguments.js';

/** Seeds as an option gives them: `7`, or `1-100`, both ends included. */
export interface SeedRange {
  from: number;
  to: number;
}

/** Adds one more to those before. */
export function appendSeeds(text: string, before: readonly SeedRange[] = []): SeedRange[] {
  const [, first = text, last = first] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const range = { from: parseSeed(first), to: parseSeed(last) };
  if (range.from > range.to) {
    throw new InvalidArgumentError('the first seed of a range is its smallest.');
  }
  const count = [...before, range].reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (count > runJobLimit) {
    throw new InvalidArgumentError(`a run has at most ${runJobLimit} jobs.`);
  }
  return [...before, range];
}

/** As the service takes them; a seed that is named twice is meant once. */
export function seedsOf(ranges: readonly SeedRange[]): Seeds {
  const [first] = ranges;
  if (ranges.length === 1 && first !== undefined) {
    return { from: first.from, count: first.to - first.from + 1 };
  }
  const all = ranges.flatMap(({ from, to }) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index),
  );
  return [...new Set(all)];
}
