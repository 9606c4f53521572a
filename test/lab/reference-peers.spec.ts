import { describe, expect, it } from 'vitest';
import { expectFenceToBeKept } from '../support/fenced-run.js';
import { expectKernelToAgree } from '../support/kernel-says.js';
import { runScenario, withFolder } from '../support/run-fenceline.js';
import { expectTsharkToAgree } from '../support/tshark.js';

const folder = 'scenarios/ccr/linux';

/** Real Linux on one side, our reference host or controllers on the other. */
describe('the reference kinds and Linux', () => {
  it.each([
    ['reference-target', 'violation'],
    ['reference-target-no-fault', 'pass'],
  ])('%s: %s', (name, expected) =>
    withFolder(async (out) => {
      const { exitCode, stderr, verdict } = await runScenario(`${folder}/${name}.yaml`, out);
      expect(verdict, stderr).toMatchObject({ verdict: expected, asExpected: true });
      expect(exitCode).toBe(0);
      await expectTsharkToAgree(verdict.evidence);
    }),
  );

  it.each([
    ['reference-host', 'time', 'ours'],
    ['reference-host-two-ports', 'time', 'ours'],
    ['reference-host-ccr', 'ccr', 'ours'],
    ['reference-target-ccr', 'ccr', "the kernel's"],
  ])('%s: the fence ends by %s, the host is %s', (name, by, host) =>
    withFolder(async (out) => {
      const file = `${folder}/${name}.yaml`;
      const { evidence, margin } = await expectFenceToBeKept(file, out, by);
      if (host !== 'ours') await expectKernelToAgree(evidence, margin);
    }),
  );
});
