import { describe, expect, it } from 'vitest';
import { runScenario, withFolder } from '../support/run-fenceline.js';
import { expectTsharkToAgree } from '../support/tshark.js';

/** Real Linux on one side, our reference host or controllers on the other. */
describe('the reference kinds and Linux', () => {
  it.each([
    ['reference-target', 'violation'],
    ['reference-target-no-fault', 'pass'],
    ['reference-host', 'pass'],
  ])('%s: %s', (name, expected) =>
    withFolder(async (out) => {
      const file = `scenarios/ccr/linux/${name}.yaml`;
      const { exitCode, stderr, verdict } = await runScenario(file, out);
      expect(verdict, stderr).toMatchObject({ verdict: expected, asExpected: true });
      expect(exitCode).toBe(0);
      await expectTsharkToAgree(verdict.evidence);
    }),
  );
});
