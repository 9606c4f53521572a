import { InvalidArgumentError } from 'commander';

const largestSeed = 0xffff_ffff;

/** A seed as an option gives it: a whole number of 32 bits. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > largestSeed) {
    throw new InvalidArgumentError(`a whole number from 0 to ${largestSeed} is needed.`);
  }
  return seed;
}
