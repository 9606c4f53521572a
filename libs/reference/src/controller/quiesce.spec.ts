import { CcrStatus, Property, Status } from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controllerDecisionsOf, controllerMutants } from '../mutants/controller.js';
import { correctController, type ControllerDecisions } from './decisions.js';
import { block, ENABLE, HostAssociation, TestLab } from './scripted-host.testing.js';

/** What may happen between a host, its controllers and the medium. */
const steps = [
  'write',
  'write-by-r2t',
  'finish-one',
  'hold',
  'release',
  'ccr',
  'expire',
  'close',
  'disable',
  'shut-down',
  'pass',
] as const;
type Step = (typeof steps)[number];

const weights: Partial<Record<Step, number>> = {
  write: 6,
  'write-by-r2t': 2,
  'finish-one': 4,
  pass: 2,
};

const story = fc.record({
  /** Settings of the CCR, and how long writes wait in the controller. */
  ccr: fc.record({
    immediate: fc.boolean(),
    takesMs: fc.constantFrom(0, 100),
    boundMs: fc.constantFrom(300, 5000),
  }),
  delayMs: fc.constantFrom(0, 0, 150),
  steps: fc.array(
    fc.oneof(
      ...steps.map((step) => ({ weight: weights[step] ?? 1, arbitrary: fc.constant(step) })),
    ),
    { maxLength: 30 },
  ),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/**
 * The law of the fence. Once a host has been told that a controller is reset, by CCR or by its status, no request of
 * its association is at the medium, and none comes. Once an association has ended, none comes either.
 *
 * @returns what broke it, or null
 */
function breach(decisions: ControllerDecisions, { ccr, delayMs, steps }: Story): string | null {
  const lab = new TestLab();
  const node = lab.node({ settings: { ccr }, decisions });
  const lost = new HostAssociation(lab, node, 1, { katoMs: 1000 });
  const source = new HostAssociation(lab, node, 2);
  const { instance } = lost;
  const { medium } = lab;
  medium.holds = true;
  node.delayWrites(1, delayMs * 1_000_000);
  const asked: number[] = [];
  let looksAtStatus = false;
  let submittedAtEnd: number | null = null;

  // Reading the status keeps the association alive: it is not read before it may tell something.
  const configure = (value: number) => {
    looksAtStatus = true;
    lost.admin.setProperty(Property.configuration, value);
  };
  const take: Record<Step, () => unknown> = {
    write: () => lost.io.write(1, block(1)),
    'write-by-r2t': () => lost.io.write(2, block(1), false),
    'finish-one': () => medium.pending.at(-1)?.finish(),
    hold: () => node.holdWrites(1),
    release: () => node.releaseWrites(1),
    ccr: () => asked.push(source.admin.ccr(instance)),
    expire: () => lab.pass(2000),
    close: () => lost.admin.close(),
    disable: () => configure(0),
    'shut-down': () => configure(ENABLE | (1 << 14)),
    pass: () => lab.pass(100),
  };
  const isTold = () =>
    asked.some((cid) => isImmediate(source, cid)) ||
    source
      .ccrLog()
      .some(({ icid, status }) => icid === instance.cntlid && status === CcrStatus.success) ||
    (looksAtStatus && isDown(lost));

  for (const step of [...steps, 'release', 'pass', 'pass'] as const) {
    take[step]();
    lab.run();
    const told = isTold();
    if (told && medium.pending.length > 0) return 'a request is at the medium after the reset';
    if (submittedAtEnd !== null && medium.submitted.length > submittedAtEnd) {
      return 'a request was submitted after the end';
    }
    if (told || lost.admin.isClosed) submittedAtEnd ??= medium.submitted.length;
  }
  return null;
}

const isImmediate = ({ admin }: HostAssociation, cid: number) => {
  const answer = admin.answers.get(cid);
  return answer?.status === Status.success && answer.dword0 === 1;
};

/** Has the host been told that its controller is not ready, or has shut down? */
function isDown({ admin }: HostAssociation): boolean {
  const answer = admin.tryPropertyGet(Property.status);
  return answer !== undefined && ((answer.dword0 & 1) === 0 || ((answer.dword0 >>> 2) & 3) === 2);
}

describe('an association that has ended', () => {
  it('leaves no timer behind, and nothing that a release lets go', () => {
    const lab = new TestLab();
    const node = lab.node();
    const { admin, io } = new HostAssociation(lab, node, 1, { katoMs: 1000 });
    node.delayWrites(1, 3_600_000_000_000);
    io.write(1, block(1));
    lab.run();
    node.holdWrites(1);
    io.write(2, block(1));
    lab.run();
    admin.close();
    expect(lab.time.step()).toBe(false);
    node.releaseWrites(1);
    expect(lab.medium.submitted).toEqual([]);
  });
});

describe('the law of the fence', () => {
  it('holds for the correct controller, whatever happens', () => {
    fc.assert(
      fc.property(story, (told) => {
        expect(breach(correctController, told)).toBeNull();
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    'applies-after-reset',
    'success-before-quiet',
    'success-at-bound',
    'gone-before-quiet',
    'ignores-cqt',
    'answers-after-reset',
  ])('is broken by the mutant %s', (name) => {
    const decisions = controllerDecisionsOf(
      controllerMutants.find((mutant) => mutant.name === name)!,
    );
    const found = fc.check(
      fc.property(story, (told) => breach(decisions, told) === null),
      { numRuns: 2000, endOnFailure: true },
    );
    expect(breach(decisions, found.counterexample![0])).toMatch(/^a request/);
  });

  it('is broken by a controller that lets CSTS.RDY fall, or SHST rise, while requests are at the medium', () => {
    const decisions: ControllerDecisions = {
      ...correctController,
      isQuiet: ({ submitted, cause }) =>
        cause === 'disabled' || cause === 'shut-down' || submitted === 0,
    };
    const found = fc.check(
      fc.property(story, (told) => breach(decisions, told) === null),
      { numRuns: 2000, endOnFailure: true },
    );
    expect(breach(decisions, found.counterexample![0])).toMatch(/^a request/);
  });
});
