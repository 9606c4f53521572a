import { decodeJournal, type JournalRecord } from '@fenceline/capture';
import type { LabEvent, Plan } from '@fenceline/contracts';
import { layout, type EvidenceReader } from '@fenceline/evidence';
import { judgeOpened } from '@fenceline/judge';
import { expect } from 'vitest';

const phases = ['boot', 'configure', 'connect', 'workload', 'drain', 'read-back', 'teardown'];

/**
 * What every driver of a lab owes its recording of `stuck-write`, whatever runs the hosts and nodes: the parts, the
 * order of what happened, and that wire, backend and timeline tell one story.
 */
export async function expectConformance(evidence: EvidenceReader): Promise<void> {
  const plan = await evidence.plan();
  const { events, cut } = await evidence.timeline();
  expect(evidence.manifest.complete).toBe(true);
  expect(await evidence.verifySeal()).toMatchObject({ intact: true, sealed: true });
  expect(cut).toBeNull();
  expectStory(events, plan);
  expectJournal(await journalOf(evidence), plan);
  await expectOneStory(evidence, plan);
  await expectFaultsInCaptures(evidence);
  const vms = [...plan.hosts, ...plan.nodes].map(({ name }) => name).sort();
  expect(await evidence.consoleNames()).toEqual(vms);
  expect(Object.keys(evidence.manifest.kernels).sort()).toEqual(vms);
}

/** The timeline: phases in order, every step fired, every fault ended that the lab must end, all of it in time. */
function expectStory(events: readonly LabEvent[], plan: Plan): void {
  const of = <Kind extends LabEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<LabEvent, { kind: Kind }> => event.kind === kind);
  expect(of('phase').map(({ phase }) => phase)).toEqual(phases);
  expect(of('step').map(({ index, fired }) => [index, fired])).toEqual(
    plan.steps.map(({ index }) => [index, true]),
  );
  const told = events.filter(({ kind }) => kind !== 'stall' && kind !== 'vm-schedule');
  const times = told.map(({ t }) => t);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(of('fault-start').map(({ fault }) => fault)).toEqual(['hold', 'drop']);
  const [hold] = of('fault-start');
  expect(of('fault-end').map(({ id }) => id)).toEqual([hold!.id]);
  expect(of('workload-start')).toHaveLength(plan.workloads.length);
  expect(of('workload-end')).toMatchObject(
    plan.workloads.map(({ name, host }) => ({ job: name, host, stopped: true, errors: 0 })),
  );
  expect(of('drained')).toMatchObject([{ ok: true, pending: 0 }]);
  // Path A is down until the end.
  expect(of('read-back')).toMatchObject([{ host: 'host1', path: 'B', ok: true }]);
  expect(events.at(-1)!.kind).toBe('end');
}

async function journalOf(evidence: EvidenceReader): Promise<readonly JournalRecord[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of evidence.journal()) chunks.push(chunk);
  const { records, cut } = decodeJournal(Buffer.concat(chunks));
  expect(cut).toBeNull();
  return records;
}

/** The backend: each node at an export, nothing answered before it was applied, nothing held left behind. */
function expectJournal(records: readonly JournalRecord[], plan: Plan): void {
  const exported = records.flatMap((record) => (record.kind === 'export' ? [record.node] : []));
  expect(exported.sort()).toEqual(plan.nodes.map(({ exportName }) => exportName).sort());
  const stories = new Map<number, string[]>();
  for (const record of records) {
    if (!('request' in record)) continue;
    stories.set(record.request, [...(stories.get(record.request) ?? []), record.kind]);
  }
  const kinds = new Set([...stories.values()].map((story) => story.join(' ')));
  for (const kind of kinds) {
    expect(kind).toMatch(/^received( held released)? applied( replied)?$/);
  }
  expect([...kinds].some((kind) => kind.includes('held released applied'))).toBe(true);
}

/** Wire and backend agree: every apply has its command, and no instrument contradicts another. */
async function expectOneStory(evidence: EvidenceReader, plan: Plan): Promise<void> {
  const { history, verdict } = await judgeOpened(evidence);
  expect(history!.problems).toEqual([]);
  expect(verdict).toMatchObject({ asExpected: true, exercised: { unattributed: 0 } });
  const { associations, commands, applies, finalImage } = history!;
  expect(new Set(associations.map(({ link }) => link))).toEqual(
    new Set(plan.links.map(({ name }) => name)),
  );
  for (const { sentAt, completeAt, answerSentAt, answeredAt, status } of commands) {
    if (status === null) continue;
    const moments = [sentAt, completeAt, answerSentAt, answeredAt];
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
  }
  expect(applies.length).toBeGreaterThan(100);
  for (const { slba } of applies) expect(finalImage!.has(slba)).toBe(true);
}

/** Both captures of the link that failed say when it did. */
async function expectFaultsInCaptures(evidence: EvidenceReader): Promise<void> {
  const captures = await evidence.captures();
  expect(captures.map(({ part }) => part).sort()).toEqual(
    ['A', 'B'].flatMap((link) => [layout.capture(link, 'host'), layout.capture(link, 'node')]),
  );
  const text = await evidence.text(layout.capture('A', 'host'));
  expect(text).toContain('fault begins: link A down to-node');
  expect(text).toContain('fault: dropped, link A down to-node');
}
