import { controllerMutantNameSchema, ruleNameSchema } from '@fenceline/contracts';
import { CCR_COMPLETED_EVENT, CcrStatus, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { correctController, type ControllerDecisions } from '../controller/decisions.js';
import { BLOCK, block, HostAssociation, TestLab } from '../controller/scripted-host.testing.js';
import { controllerDecisionsOf, controllerMutants } from './controller.js';

function setUp(decisions: ControllerDecisions, immediate = true) {
  const lab = new TestLab();
  const peers = [{ name: 'B', cntlidMin: 200, cntlidMax: 300 }];
  const node = lab.node({ decisions, peers, settings: { ccr: { immediate } } });
  const lost = new HostAssociation(lab, node, 1, { katoMs: 1000 });
  const source = new HostAssociation(lab, node, 2);
  const ask = (named: { cntlid: number; ciu: number; cirn: bigint }) => {
    const cid = source.admin.ccr(named);
    lab.run();
    const { status, dword0 } = source.admin.answer(cid);
    return { status, dword0 };
  };
  return { lab, node, lost, source, ask };
}

/** The event after a reset that took its time, and the log page behind it. */
function resetOfBusy(decisions: ControllerDecisions) {
  const { lab, lost, source, ask } = setUp(decisions);
  const event = source.request();
  const { instance } = lost;
  lab.medium.holds = true;
  lost.io.write(1, block(1));
  lab.run();
  ask(instance);
  const early = source.admin.answers.get(event)?.dword0;
  lab.medium.release();
  lab.run();
  const late = source.admin.answers.get(event)?.dword0;
  return { early, late, entries: source.ccrLog().map(({ icid, status }) => [icid, status]) };
}

/** Instances before and after a CNTLID was given again, and what a CCR for the living one does. */
function reused(decisions: ControllerDecisions) {
  const { lab, node, lost, ask } = setUp(decisions);
  const before = lost.instance;
  lost.admin.close();
  lab.run();
  const next = new HostAssociation(lab, node, 1);
  const { instance } = next;
  ask(instance);
  return { sameCirn: before.cirn === instance.cirn, isReset: next.admin.isClosed };
}

/** What thirty writes leave on the medium, and how many were acknowledged before it had them. */
function writes(decisions: ControllerDecisions) {
  const { lab, lost } = setUp(decisions);
  lab.medium.holds = true;
  const cids = Array.from({ length: 30 }, (_, i) => lost.io.write(i, block(9)));
  lab.pass(100);
  const early = cids.filter((cid) => lost.io.answers.has(cid)).length;
  lab.medium.release();
  lab.run();
  const acknowledged = cids.filter((cid) => lost.io.answer(cid).status === Status.success).length;
  const right = cids.filter((_, i) => {
    const written = lab.medium.bytes.subarray(i * BLOCK, (i + 1) * BLOCK);
    return written.every((byte) => byte === 9);
  }).length;
  return { early, acknowledged, right };
}

/** A CCR for a controller of a node that cannot be reached. */
function resetAtSilentPeer(decisions: ControllerDecisions) {
  const { source, ask } = setUp(decisions);
  const answer = ask({ cntlid: 250, ciu: 1, cirn: 1n });
  return { ...answer, entries: source.ccrLog().map(({ status }) => status) };
}

function isKeptAlive(decisions: ControllerDecisions) {
  const { lab, lost } = setUp(decisions);
  lab.pass(60_000);
  return !lost.admin.isClosed;
}

/** How many writes go to the medium after their controller was reset, or its keep alive ran out. */
function lateWrites(decisions: ControllerDecisions, isReset: boolean): number {
  const { lab, lost, ask } = setUp(decisions);
  const { instance } = lost;
  for (let slba = 0; slba < 20; slba++) lost.io.write(slba, block(1));
  lab.run();
  if (isReset) ask(instance);
  else lab.pass(2000);
  const before = lab.medium.submitted.length;
  lab.pass(60_000);
  return lab.medium.submitted.length - before;
}

const pending = { early: undefined, late: CCR_COMPLETED_EVENT };

/** Scenes in which a mutant does other than the correct controller; more are in quiesce.spec.ts. */
const scenes: [
  name: string,
  scene: (decisions: ControllerDecisions) => unknown,
  right: unknown,
  wrong: unknown,
][] = [
  [
    'wrong-entry',
    resetOfBusy,
    { ...pending, entries: [[1, CcrStatus.success]] },
    { ...pending, entries: [[2, CcrStatus.success]] },
  ],
  [
    'event-without-entry',
    resetOfBusy,
    { ...pending, entries: [[1, CcrStatus.success]] },
    { ...pending, entries: [] },
  ],
  ['event-too-early', (decisions) => resetOfBusy(decisions).early, undefined, CCR_COMPLETED_EVENT],
  ['same-cirn', (decisions) => reused(decisions).sameCirn, false, true],
  ['any-cirn', (decisions) => reused(decisions).isReset, true, false],
  [
    'drops-acknowledged-write',
    writes,
    { early: 0, acknowledged: 30, right: 30 },
    { early: 1, acknowledged: 30, right: 29 },
  ],
  [
    'acknowledges-too-early',
    writes,
    { early: 0, acknowledged: 30, right: 30 },
    { early: 30, acknowledged: 30, right: 30 },
  ],
  [
    'alters-data',
    writes,
    { early: 0, acknowledged: 30, right: 30 },
    { early: 0, acknowledged: 30, right: 0 },
  ],
  [
    'success-of-silent-peer',
    resetAtSilentPeer,
    { status: 0, dword0: 0, entries: [CcrStatus.failed] },
    { status: 0, dword0: 0, entries: [CcrStatus.success] },
  ],
  [
    'success-of-unknown',
    resetAtSilentPeer,
    { status: 0, dword0: 0, entries: [CcrStatus.failed] },
    { status: 0, dword0: 1, entries: [] },
  ],
  ['never-expires', isKeptAlive, false, true],
  ['never-expires', (decisions) => lateWrites(decisions, false), 0, 1],
  ['ignores-cqt', (decisions) => lateWrites(decisions, false), 0, 1],
  ['applies-after-reset', (decisions) => lateWrites(decisions, true), 0, 1],
];

describe('controller mutants', () => {
  it('have the names that a scenario can write, and name a rule', () => {
    const names = controllerMutants.map(({ name }) => name);
    expect(names.toSorted()).toEqual(controllerMutantNameSchema.options.toSorted());
    for (const { rule, decisions } of controllerMutants) {
      expect(ruleNameSchema.options).toContain(rule);
      expect([1, 2]).toContain(Object.keys(decisions).length);
    }
  });

  it.each(scenes)(
    '%s does what it says, and the correct controller does not',
    (name, scene, right, wrong) => {
      const mutant = controllerMutants.find((one) => one.name === name)!;
      expect(scene(correctController)).toEqual(right);
      expect(scene(controllerDecisionsOf(mutant))).toEqual(wrong);
    },
  );
});
