import { expect } from 'vitest';
import { run } from './run-fenceline.js';

/**
 * Expects of the captures of some evidence that tshark and we read the same: the history has the writes that tshark
 * has, no frame is malformed or captured twice, and `fenceline decode` lists the commands, statuses and times of tshark.
 */
export async function expectTsharkToAgree(evidence: string): Promise<void> {
  for (const script of ['scripts/compare-tshark.mjs', 'scripts/compare-decode.mjs']) {
    const { exitCode, stdout, stderr } = await run([script, evidence]);
    expect(exitCode, stdout + stderr).toBe(0);
  }
}
