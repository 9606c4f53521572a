import type { Margin } from '@fenceline/contracts';
import { expect } from 'vitest';
import { runScenario } from './run-fenceline.js';
import { expectTsharkToAgree } from './tshark.js';

/**
 * Runs a scenario of which path A alone is lost, and expects its fence to end so and to be kept.
 *
 * @param file from the root of the project
 * @returns the evidence's folder and the margin of the path
 */
export async function expectFenceToBeKept(
  file: string,
  out: string,
  by: string,
): Promise<{ evidence: string; margin: Margin }> {
  const { exitCode, stderr, verdict } = await runScenario(file, out);
  expect(verdict, stderr).toMatchObject({ verdict: 'pass', asExpected: true });
  expect(exitCode).toBe(0);
  const [margin, ...others] = verdict.margins;
  expect(others).toEqual([]);
  expect(margin).toMatchObject({ path: 'A', fenceEndBy: by });
  expect(margin!.firstRetryMinusFenceEndMs).toBeGreaterThan(0);
  await expectTsharkToAgree(verdict.evidence);
  return { evidence: verdict.evidence, margin: margin! };
}
