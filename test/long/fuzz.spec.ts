import { it } from 'vitest';
import { checkTarget } from './fuzz/check-target.js';
import { firstSeed, inputsWanted, replayed } from './fuzz/settings.js';
import { allTargets } from './fuzz/targets/index.js';

const inputs = inputsWanted(10_000_000);
const again = replayed();
const targets = (await allTargets()).filter(({ name }) => again === null || name === again.target);
const hours = 3_600_000;

it.each(targets)('$name keeps its laws, whatever it reads', { timeout: 6 * hours }, (target) =>
  again
    ? checkTarget(target, again.seed, 1)
    : checkTarget(target, firstSeed(), Math.ceil((inputs * target.share) / 1000)),
);
