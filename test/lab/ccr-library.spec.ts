import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, runScenario, withFolder } from '../support/run-fenceline.js';
import { expectTsharkToAgree } from '../support/tshark.js';

const folder = 'scenarios/ccr';

const scenarios = readdirSync(join(root, folder)).filter((name) => name.endsWith('.yaml'));

/** Every scenario of the reference host and controllers ends in VMs as it does in simulation: as it says. */
describe.each(scenarios)('%s', (name) => {
  it('is as expected in VMs', () =>
    withFolder(async (out) => {
      const { exitCode, stderr, verdict } = await runScenario(`${folder}/${name}`, out);
      expect(verdict.asExpected, stderr).toBe(true);
      expect(verdict.exercised.unattributed).toBe(0);
      expect(exitCode).toBe(0);
      await expectTsharkToAgree(verdict.evidence);
    }));
});
