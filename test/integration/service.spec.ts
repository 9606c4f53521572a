import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { verdictSchema, type Verdict } from '@fenceline/contracts';
import { EvidenceReader, openEvidence } from '@fenceline/evidence';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectConformance } from '../support/conformance.js';
import { ServiceOfOneMachine } from '../support/service/service-of-one-machine.js';
import { expectTsharkToAgree } from '../support/tshark.js';

// The kernel may have to be fetched, a guest is booted to find out what there is, and then come a lab and its judge.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What somebody has of a job in the end. */
interface Fetched {
  outcome: unknown;
  /** The verdict that the service published. */
  verdict: Verdict;
  /** Folder of the evidence that was downloaded and unpacked. */
  evidence: string;
}

let service: ServiceOfOneMachine;

beforeAll(async () => {
  service = await ServiceOfOneMachine.start();
  await service.ask('admin', 'kernel', 'fetch', 'debian:6.1', '--json');
});

afterAll(() => service.remove());

/** Submits a scenario, waits, downloads everything, and judges the evidence again: that must say the same. */
async function through(scenario: string, use: (fetched: Fetched) => Promise<void>): Promise<void> {
  const { jobs } = await service.ask<{ jobs: { id: string; outcome: unknown }[] }>(
    ...['submit', scenario, '--wait', '--json'],
  );
  const [{ id, outcome }] = jobs as [(typeof jobs)[0]];
  const fetched = async (kind: string) => {
    const out = path.join(service.folder, id);
    const ask = ['fetch', id, '--only', kind, '--out', out, '--json'];
    return (await service.ask<{ file: string }>(...ask)).file;
  };
  const verdict = verdictSchema.parse(JSON.parse(await readFile(await fetched('verdict'), 'utf8')));
  const packed = await fetched('evidence');
  const { stdout, stderr } = await service.fenceline('judge', '--json', packed);
  expect(stdout, stderr).not.toBe('');
  const again = verdictSchema.parse(JSON.parse(stdout));
  const { durationMs } = again;
  expect(again).toEqual({ ...verdict, evidence: packed, durationMs });
  const opened = await openEvidence(packed);
  try {
    await use({ outcome, verdict, evidence: opened.dir });
  } finally {
    await opened.close();
  }
}

describe('a stock kernel, through the service', () => {
  it('passes where nothing fails: every write is seen, applied and joined', () =>
    through('scenarios/no-fault.yaml', async ({ outcome, verdict, evidence }) => {
      expect(outcome).toMatchObject({ outcome: 'pass', asExpected: true, exitCode: 0 });
      expect(verdict).toMatchObject({
        ...{ verdict: 'pass', asExpected: true, findings: [], inconclusive: [] },
        exercised: { unattributed: 0 },
      });
      expect(verdict.profiles.map((profile) => profile.verdict)).toEqual(['pass', 'pass', 'pass']);
      await expectTsharkToAgree(evidence);
    }));

  it('lets a stale write land, and the proof names it; tshark reads the same writes', () =>
    through('scenarios/stuck-write.yaml', async ({ outcome, verdict, evidence }) => {
      expect(outcome).toMatchObject({ outcome: 'violation', asExpected: true, exitCode: 0 });
      expect(verdict).toMatchObject({ verdict: 'violation', asExpected: true });
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
      await expectConformance(await EvidenceReader.open(evidence));
      await expectTsharkToAgree(evidence);
    }));
});
