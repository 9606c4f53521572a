import { describe, expect, it } from 'vitest';
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
      const { exitCode, stderr, verdict } = await runScenario(`${folder}/${name}.yaml`, out);
      expect(verdict, stderr).toMatchObject({ verdict: 'pass', asExpected: true });
      expect(exitCode).toBe(0);
      const [margin, ...others] = verdict.margins;
      expect(others).toEqual([]);
      expect(margin).toMatchObject({ path: 'A', fenceEndBy: by });
      expect(margin!.firstRetryMinusFenceEndMs).toBeGreaterThan(0);
      if (host !== 'ours') await expectKernelToAgree(verdict.evidence, margin!);
      await expectTsharkToAgree(verdict.evidence);
    }),
  );
});
