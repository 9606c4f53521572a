import { expect } from 'vitest';
import { fuzz } from './fuzz.js';
import type { Target } from './target.js';

/** What a target may leave behind, in MiB: caches that fill up once. */
const mostGrownMiB = 48;
/** What the process may have at the worst moment, in MiB: inputs are of a few KiB. */
const mostPeakMiB = 1024;

/** Gives a target inputs, says how that went, and expects that it kept its laws and did with little memory. */
export async function checkTarget(target: Target, first: number, inputs: number): Promise<void> {
  const { perSecond, grownMiB, peakMiB, failures, ...outcome } = await fuzz(target, first, inputs);
  console.log(
    `${target.name}: ${outcome.inputs} inputs, ${Math.round(perSecond)} a second, ` +
      `heap ${grownMiB.toFixed(1)} MiB larger, peak ${Math.round(peakMiB)} MiB`,
  );
  expect(failures.join('\n\n')).toBe('');
  expect(grownMiB).toBeLessThan(mostGrownMiB);
  expect(peakMiB).toBeLessThan(mostPeakMiB);
}
