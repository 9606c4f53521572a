import { profileNameSchema } from '@fenceline/contracts';
import { InvalidArgumentError, Option } from 'commander';

const largestSeed = 0xffff_ffff;

/** A seed as an option gives it: a whole number of 32 bits. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > largestSeed) {
    throw new InvalidArgumentError(`a whole number from 0 to ${largestSeed} is needed.`);
  }
  return seed;
}

/** The option that chooses the profile under which stored evidence is judged. */
export function profileOption(): Option {
  return new Option(
    '--profile <name>',
    'profile that decides, in place of the one that the scenario names',
  ).choices(profileNameSchema.options);
}
