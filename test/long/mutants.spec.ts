import { expect, it } from 'vitest';
import { run } from '../support/run-fenceline.js';

it('every mutant is caught, and the correct pair is accused of nothing in 200 seeds of each scenario', async () => {
  const { exitCode, stdout } = await run(['scripts/mutants.mjs', '--json']);
  const { hunts, alarms, trials } = JSON.parse(stdout) as {
    hunts: { name: string; caught: boolean }[];
    alarms: unknown[];
    trials: number;
  };
  expect(hunts.filter(({ caught }) => !caught)).toEqual([]);
  expect(alarms).toEqual([]);
  expect(trials).toBeGreaterThan(9_000);
  expect(exitCode).toBe(0);
}, 3_600_000);
