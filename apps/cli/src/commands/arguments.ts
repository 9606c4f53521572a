import { profileNameSchema } from '@fenceline/contracts';
import { InvalidArgumentError, Option } from 'commander';

const largestSeed = 0xffff_ffff;

/** A seed as an option gives it: a whole number of 32 bits. */
export function parseSeed(text: string): number {
  return parseWhole(text, 0, largestSeed);
}

/** A whole number as an option gives it. */
export function parseWhole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`);
  }
  return value;
}

/** For options that may be given several times. */
export function append(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The option that chooses the profile under which stored evidence is judged. */
export function profileOption(): Option {
  return new Option(
    '--profile <name>',
    'profile that decides, in place of the one that the scenario names',
  ).choices(profileNameSchema.options);
}
