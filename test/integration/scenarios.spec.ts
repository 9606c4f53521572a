import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceReader } from '@fenceline/evidence';
import { describe, expect, it } from 'vitest';
import { expectConformance } from '../support/conformance.js';
import { expectTsharkToAgree } from '../support/tshark.js';
import { root, runScenario, withFolder } from '../support/run-fenceline.js';

/** What every run without a finding must show. */
const clean = { findings: [], inconclusive: [], exercised: { unattributed: 0 } };

describe('a stock kernel', () => {
  it('passes where nothing fails: every write is seen, applied and joined', () =>
    withFolder(async (out) => {
      const { exitCode, verdict } = await runScenario('scenarios/no-fault.yaml', out);
      expect(verdict).toMatchObject({ verdict: 'pass', asExpected: true, ...clean });
      expect(verdict.profiles.map((profile) => profile.verdict)).toEqual(['pass', 'pass', 'pass']);
      expect(exitCode).toBe(0);
      await expectTsharkToAgree(verdict.evidence);
    }));

  it('lets a stale write land, and the proof names it; tshark reads the same writes', () =>
    withFolder(async (out) => {
      const { exitCode, verdict } = await runScenario('scenarios/stuck-write.yaml', out);
      expect(verdict).toMatchObject({ verdict: 'violation', asExpected: true });
      expect(exitCode).toBe(0);
      const stale = verdict.findings.filter(({ rule }) => rule === 'no-stale-overwrite');
      expect(stale.length).toBeGreaterThan(0);
      for (const { witness, blamed } of stale) {
        expect(blamed).toBe('host1');
        expect(witness.lba).toBeLessThan(64);
        expect(witness).toMatchObject({ host: 'host1', path: 'A', otherPath: 'B' });
        const moments = witness.steps.map(({ ms }) => ms);
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
      }
      expect(verdict.findings).toContainEqual(
        expect.objectContaining({ rule: 'no-early-retry', harm: 'landed' }),
      );
      await expectConformance(await EvidenceReader.open(verdict.evidence));
      await expectTsharkToAgree(verdict.evidence);
    }));

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
