import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectTsharkToAgree } from '../support/tshark.js';
import { root, runScenario, withFolder } from '../support/run-fenceline.js';

describe('a stock kernel', () => {
  it('retries early and harmlessly where only answers were lost', () =>
    withFolder(async (out) => {
      const { exitCode, verdict } = await runScenario('scenarios/clean-failover.yaml', out);
      expect(verdict).toMatchObject({ verdict: 'violation', asExpected: true });
      expect(exitCode).toBe(0);
      expect(verdict.findings.map(({ rule, harm }) => [rule, harm])).toEqual([
        ['no-early-retry', 'none'],
      ]);
      await expectTsharkToAgree(verdict.evidence);
    }));
});

describe('a pass', () => {
  it('must be earned: an exercise that was not met is inconclusive', () =>
    withFolder(async (folder) => {
      const file = join(folder, 'unmet.yaml');
      const text = await readFile(join(root, 'scenarios/no-fault.yaml'), 'utf8');
      await writeFile(file, text.replace('writesPerPath: 200', 'writesPerPath: 1000000'));
      const { exitCode, verdict } = await runScenario(file, folder);
      expect(verdict).toMatchObject({ verdict: 'inconclusive', asExpected: false, findings: [] });
      expect(verdict.inconclusive[0]!.reason).toContain('writesPerPath wanted at least 1000000');
      expect(exitCode).toBe(2);
    }));
});
