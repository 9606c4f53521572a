import { it } from 'vitest';
import { checkTarget } from '../long/fuzz/check-target.js';
import { allTargets } from '../long/fuzz/targets/index.js';

/** Of the same inputs as in the long tier the first few, and some of each target. */
const inputs = 20_000;
const fewest = 10;

it.each(await allTargets())(
  '$name keeps its laws, whatever it reads',
  { timeout: 120_000 },
  (target) => checkTarget(target, 1, Math.max(fewest, Math.ceil((inputs * target.share) / 1000))),
);
