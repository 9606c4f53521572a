import { parseScenario, verdictSchema, type LabEvent, type Plan } from '@fenceline/contracts';
import { EvidenceReader, EvidenceWriter, imageEnd, layout } from '@fenceline/evidence';
import { block, TestAssociation, Traffic } from '@fenceline/history/testing';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { phaseDurations } from './durations.js';
import { judgeEvidence, judgeRecording, writeJudgement } from './judge-evidence.js';

const scenarioText = `
fenceline: 1
name: healthy
description: Nothing is asked for, and one write is done.
array: { nodes: { A: { kernel: debian:6.1 } } }
hosts: { host1: { kernel: debian:6.1 } }
links: { A: { host: host1, node: A } }
workload: [{ name: w, host: host1, fio: { rw: randwrite, bs: 4k, size: 32k, runtime: 5s } }]
timeline: []
exercise: { writesPerPath: 1 }
expect: [{ verdict: pass, never: ['*others'], under: { tp4129-strict: pass } }]
`;

function plan(): Plan {
  const result = parseScenario(scenarioText, 'healthy.yaml');
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  const uuid = '3f0c5d5e-7a2b-4c11-9d7e-0f2d3a4b5c6d';
  const common = { kernel: 'debian:6.1', memoryBytes: 2 ** 28 };
  return {
    schema: 'fenceline.plan/v1',
    scenario: result.scenario,
    seed: 3,
    subsystemNqn: 'nqn.2026-01.org.fenceline:array',
    subsystemSerial: 'FENCELINE0',
    namespaceId: 1,
    namespaceUuid: uuid,
    blockSize: 4096,
    namespaceBytes: 2 ** 20,
    hosts: [{ ...common, name: 'host1', hostNqn: 'nqn.2026-01.org.fenceline:h', hostId: uuid }],
    nodes: [
      {
        ...common,
        name: 'A',
        cntlidMin: 1,
        cntlidMax: 99,
        blockLayer: 'recorder',
        ports: [{ id: 1, link: 'A', address: '10.0.1.2', trsvcid: 4420, exportName: null }],
        exportName: 'A',
      },
    ],
    links: [
      {
        name: 'A',
        host: 'host1',
        node: 'A',
        port: 1,
        subnet: '10.0.1.0/24',
        hostAddress: '10.0.1.1',
        nodeAddress: '10.0.1.2',
        hostMac: '52:54:00:00:01:01',
        nodeMac: '52:54:00:00:01:02',
        hostInterface: 'eth0',
        nodeInterface: 'eth0',
      },
    ],
    interNodeLinks: [],
    workloads: [{ name: 'w', host: 'host1', argv: ['fio', '--name=w'], runtimeMs: 5000 }],
    steps: [],
  };
}

const events: LabEvent[] = [
  { t: 0, kind: 'phase', phase: 'boot' },
  { t: 4_000_000_000, kind: 'phase', phase: 'workload' },
  { t: 9_500_000_000, kind: 'drained', ok: true, pending: 0 },
  { t: 9_600_000_000, kind: 'read-back', host: 'host1', path: 'A', ok: true },
  { t: 10_000_000_000, kind: 'end' },
];

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fenceline-judge-'));
  dir = join(root, 'evidence');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A recording in which one write went over the wire, or none. */
async function record({ idle = false } = {}): Promise<EvidenceWriter> {
  const kernel = {
    name: 'debian:6.1',
    version: '6.1.0-49-amd64',
    sha256: 'a'.repeat(64),
    capabilities: [],
    detectors: [],
  };
  const writer = await EvidenceWriter.create(dir, {
    manifest: {
      scenario: 'healthy',
      seed: 3,
      startedAt: '2026-10-01T12:00:00.000Z',
      fencelineVersion: '0.1.0',
      machine: {
        cpu: 'Example CPU',
        cores: 2,
        memoryBytes: 8e9,
        os: 'Debian 12',
        accelerator: 'tcg',
        qemuVersion: '7.2.22',
        nodeVersion: '20.19.0',
      },
      kernels: { host1: kernel, A: kernel },
      images: {},
      guestPackages: {},
    },
    scenario: scenarioText,
    plan: plan(),
    onError: (error) => {
      throw error;
    },
  });
  for (const event of events) writer.event(event);
  for (const vm of ['host1', 'A']) (await writer.console(vm))(1, `${vm} is up`);
  const traffic = new Traffic();
  const link = traffic.link('A');
  if (!idle) {
    const path = new TestAssociation(traffic, link);
    path.write(1, 5, block(1));
    traffic.apply('A', 5, block(1));
    path.answer(1);
  }
  for (const side of ['host', 'node'] as const) {
    const bytes = link.captures[side].take(new ArrayBuffer(64));
    await writer.write(layout.capture('A', side), bytes);
  }
  traffic.journal.ended(9_900_000_000);
  await writer.write(layout.journal, traffic.journal.take());
  await writer.write(layout.qemu('A'), '["qemu-system-x86_64", "-m", "256"]');
  return writer;
}

describe('judgeEvidence', () => {
  it('writes a verdict and a report beside a sealed recording, which stays intact', async () => {
    await (await record()).seal();
    const judged = await judgeEvidence(dir);
    expect(judged.verdict.inconclusive).toEqual([]);
    expect(judged.verdict).toMatchObject({
      verdict: 'pass',
      asExpected: true,
      scenario: 'healthy',
      seed: 3,
      evidence: dir,
      durationMs: { boot: 4000, workload: 6000 },
    });
    expect(judged.shortfalls).toEqual([]);
    const written = JSON.parse(await readFile(join(dir, 'verdict.json'), 'utf8')) as unknown;
    expect(verdictSchema.parse(written)).toEqual(judged.verdict);
    expect(judged.report).toBe(join(dir, 'report.html'));
    const page = await readFile(judged.report, 'utf8');
    expect(page).toContain('PASS');
    expect(page).toContain('qemu-system-x86_64');
    expect((await (await EvidenceReader.open(dir)).verifySeal()).intact).toBe(true);
  });

  it('gives the same verdict again, under the profile that is asked for', async () => {
    await (await record()).seal();
    const first = await judgeEvidence(dir);
    expect((await judgeEvidence(dir)).verdict).toEqual(first.verdict);
    const strict = await judgeEvidence(dir, { profile: 'tp4129-strict' });
    expect(strict.verdict.profile).toBe('tp4129-strict');
    expect(strict.verdict.asExpected).toBe(true);
  });

  it('names in a judgement the recording, what judged and the profile', async () => {
    await (await record()).seal();
    const { recordingSha256 } = await EvidenceReader.open(dir);
    const { verdict } = await judgeRecording(dir, { profile: 'tp4129-strict' });
    expect(verdict).toMatchObject({
      recording: { sha256: recordingSha256 },
      verifier: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string },
      profile: 'tp4129-strict',
      evidence: dir,
    });
    expect((await judgeRecording(dir, { evidence: 'run.tar.zst' })).verdict.evidence).toBe(
      'run.tar.zst',
    );
  });

  it('puts later judgements beside the first one, outside the seal', async () => {
    await (await record()).seal();
    await judgeEvidence(dir);
    const first = await readFile(join(dir, 'verdict.json'), 'utf8');
    const { verdict } = await judgeRecording(dir, { profile: 'tp4129-strict' });
    const path = await writeJudgement(dir, verdict, new Date('2026-11-22T20:00:00.123Z'));
    expect(path).toBe(join(dir, 'judgements/20261122T200000.123Z-tp4129-strict.json'));
    expect(verdictSchema.parse(JSON.parse(await readFile(path, 'utf8')))).toEqual(verdict);
    expect(await readFile(join(dir, 'verdict.json'), 'utf8')).toBe(first);
    expect((await (await EvidenceReader.open(dir)).verifySeal()).intact).toBe(true);
  });

  it('says of a recording at which the checker failed only that', async () => {
    await (await record()).seal();
    const { verdict, history } = await judgeEvidence(dir, { failure: 'out of memory' });
    expect(history).toBeNull();
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      asExpected: false,
      inconclusive: [{ reason: 'The checker failed: out of memory' }],
    });
  });

  it('writes nothing where it is asked only to judge', async () => {
    await (await record()).seal();
    const before = await readdir(dir);
    await judgeRecording(dir);
    expect(await readdir(dir)).toEqual(before);
  });

  it.each(['consoles/C.log', 'captures/A.other.host.pcapng', 'backend/final-image.jsonl'])(
    'never passes a recording to which %s was added',
    async (part) => {
      await (await record()).seal();
      await writeFile(join(dir, part), part.endsWith('.jsonl') ? imageEnd(0) : '');
      const { verdict } = await judgeRecording(dir);
      expect(verdict.verdict).toBe('inconclusive');
      expect(verdict.inconclusive[0]?.reason).toContain(part);
    },
  );

  it('never passes a recording whose manifest was changed', async () => {
    await (await record()).seal();
    const path = join(dir, 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"Debian 12"', '"Debian 11"'));
    const { verdict } = await judgeRecording(dir);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.inconclusive[0]?.reason).toContain('manifest.json');
  });

  it('never passes a recording in which nothing was done, though nothing is asked for', async () => {
    await (await record({ idle: true })).seal();
    const { verdict } = await judgeEvidence(dir);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.inconclusive.map(({ reason }) => reason)).toContain(
      'no I/O of a workload was answered: there is nothing to judge',
    );
  });

  it('never passes a recording with a changed byte', async () => {
    await (await record()).seal();
    await appendFile(join(dir, 'consoles/A.log'), '2 nothing to see\n');
    const { verdict, shortfalls } = await judgeEvidence(dir);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.inconclusive[0]?.reason).toContain('consoles/A.log');
    expect(verdict.inconclusive[0]?.reason).toContain('changed after the recording was sealed');
    expect(verdict.asExpected).toBe(false);
    expect(shortfalls.every(({ kind }) => kind === 'inconclusive')).toBe(true);
  });

  it('never passes a recording that was cut, and says why it ends', async () => {
    await (await record()).abandon('node A did not boot');
    const { verdict } = await judgeEvidence(dir);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.inconclusive.map(({ reason }) => reason).join('\n')).toContain(
      'node A did not boot',
    );
  });

  it('is inconclusive, with a report, where the recording cannot be read', async () => {
    await (await record()).seal();
    await rm(join(dir, 'backend/journal.fjl'));
    const missing = await judgeEvidence(dir);
    expect(missing.verdict.verdict).toBe('inconclusive');
    expect(missing.verdict.inconclusive[0]?.reason).toMatch(/journal.fjl.*does not exist/);
    expect(await readFile(missing.report, 'utf8')).toContain('journal.fjl');

    await writeFile(join(dir, 'timeline.jsonl'), 'no JSON\nat all\n');
    const broken = await judgeEvidence(dir);
    expect(broken.history).toBeNull();
    expect(broken.verdict.inconclusive[0]?.reason).toContain('timeline.jsonl line 1');
  });

  it('says what is wrong with a folder that is no evidence', async () => {
    await expect(judgeEvidence(join(root, 'none'))).rejects.toThrow(/there is no folder/);
    await expect(judgeEvidence(root)).rejects.toThrow(/is no folder of evidence/);
  });
});

describe('phaseDurations', () => {
  it('adds up what each phase took, and leaves out one that was cut', () => {
    expect(phaseDurations(events)).toEqual({ boot: 4000, workload: 6000 });
    expect(phaseDurations(events.slice(0, 2))).toEqual({ boot: 4000 });
  });
});
