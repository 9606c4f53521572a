import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectTsharkToAgree } from '../support/tshark.js';
import { root, runScenario, withFolder } from '../support/run-fenceline.js';

const seeds = [1, 2, 3];
const scenarios = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'));

/** Every shipped scenario ends as it says, under every profile, and its captures read the same in tshark. */
describe.each(scenarios)('%s', (name) => {
  it.each(seeds)('is as expected with seed %i', (seed) =>
    withFolder(async (out) => {
      const { exitCode, stderr, verdict } = await runScenario(`scenarios/${name}`, out, seed);
      expect(verdict.asExpected, stderr).toBe(true);
      expect(verdict.exercised.unattributed).toBe(0);
      expect(exitCode).toBe(0);
      await expectTsharkToAgree(verdict.evidence);
    }),
  );
});
