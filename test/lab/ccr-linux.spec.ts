import { describe, expect, it } from 'vitest';
import { expectFenceToBeKept } from '../support/fenced-run.js';
import { expectKernelToAgree } from '../support/kernel-says.js';
import { runScenario, withFolder } from '../support/run-fenceline.js';
import { expectTsharkToAgree } from '../support/tshark.js';

const folder = 'scenarios/ccr/linux';

/** Real Linux on both sides: what it says of its fences on its console agrees with what we saw of them. */
describe('Linux with Cross-Controller Reset', () => {
  it.each([
    ['reset-ends-fence', 'ccr'],
    ['ccr-unsupported', 'time'],
    ['ccr-fails', 'time'],
  ])('%s: the fence ends by %s, and nothing goes wrong', (name, by) =>
    withFolder(async (out) => {
      const file = `${folder}/${name}.yaml`;
      const { evidence, margin } = await expectFenceToBeKept(file, out, by);
      await expectKernelToAgree(evidence, margin);
    }),
  );

  it.each([
    ['reset-ends-fence', 'a stock kernel on both sides', 'debian:6.1'],
    ['unfenced-host', 'its own kernels', undefined],
  ])('%s with %s: without a fence of the host the held writes land', (name, _, kernel) =>
    withFolder(async (out) => {
      const run = await runScenario(`${folder}/${name}.yaml`, out, 1, kernel);
      expect(run.verdict, run.stderr).toMatchObject({ verdict: 'violation', asExpected: true });
      expect(run.exitCode).toBe(0);
      expect(run.verdict.exercised.landedLate).toBe(8);
      await expectTsharkToAgree(run.verdict.evidence);
    }),
  );
});
