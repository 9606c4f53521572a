import { ruleNameSchema, verdictSchema } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { HistoryBuilder } from './history-builder.testing.js';
import { judged, statusOf } from './judge.testing.js';
import { judge } from './judge.js';
import { noIoError } from './rules/no-io-error.js';

function healthyLab() {
  const lab = new HistoryBuilder();
  const a = lab.association({ link: 'A' });
  const b = lab.association({ link: 'B' });
  lab.write(a, { lba: 1, bytes: 'one', sent: 10, applied: 11, answered: 12 });
  lab.write(b, { lba: 1, bytes: 'two', sent: 13, applied: 14, answered: 16 });
  return lab;
}

/** An early retry: a violation of the wire. */
function labWithEarlyRetry() {
  const lab = healthyLab();
  const c = lab.association({ link: 'C', givenUp: { at: 8000, by: 'rst' } });
  const d = lab.association({ link: 'D' });
  lab.write(c, { lba: 5, bytes: 'W', sent: 1000, applied: 1001 });
  lab.write(d, { lba: 5, bytes: 'W', sent: 8100, applied: 8101, answered: 8102 });
  return lab;
}

const reasonsOf = (judgement: ReturnType<typeof judged>) =>
  judgement.inconclusive.map(({ reason }) => reason);

describe('judge', () => {
  it('passes a healthy lab and says of each rule what it is', () => {
    const verdict = judged(healthyLab().build(), { exercise: { writesPerPath: 1 } });
    expect(verdict).toMatchObject({ verdict: 'pass', findings: [], inconclusive: [], margins: [] });
    expect(verdict.rules.map(({ rule }) => rule)).toEqual(ruleNameSchema.options);
    expect(statusOf(verdict, 'no-early-retry').status).toBe('held');
    expect(statusOf(verdict, 'final-image')).toEqual({
      rule: 'final-image',
      status: 'not-judged',
      reason: 'the recording has no image of the medium at its end',
    });
    expect(verdict.longestStallMs).toBe(3);
  });

  it('returns what the schema of a verdict takes', () => {
    const verdict = verdictSchema.parse({
      schema: 'fenceline.verdict/v1',
      scenario: 's',
      seed: 1,
      asExpected: true,
      kernels: {},
      evidence: '.',
      durationMs: {},
      ...judged(labWithEarlyRetry().build()),
    });
    expect(verdict.findings).toHaveLength(1);
  });

  it('wants the exercise met, and names counter, wanted and seen', () => {
    const verdict = judged(healthyLab().build(), { exercise: { completeUnapplied: 4 } });
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict)).toEqual([
      'the exercise was not met: completeUnapplied wanted at least 4, seen 0',
    ]);
  });

  it('counts the writes of a path that never carried one as none', () => {
    const verdict = judged(healthyLab().build(), {
      links: ['A', 'B', 'Z'],
      exercise: { writesPerPath: 1 },
    });
    expect(verdict.counters.writesPerPath).toBe(0);
    expect(verdict.verdict).toBe('inconclusive');
  });

  it('wants each step to have fired that is not optional', () => {
    const lab = healthyLab();
    const step = {
      kind: 'step',
      describe: 'drop A',
      because: '4 writes were not held within 10 s',
    } as const;
    lab.event({ ...step, t: 1, index: 0, fired: true });
    lab.event({ ...step, t: 2, index: 1, fired: false });
    const steps = ['hold A', 'drop A', 'release A', 'restore A'].map((describe, index) => ({
      describe,
      optional: index === 2,
    }));
    const verdict = judged(lab.build(), { steps });
    expect(reasonsOf(verdict)).toEqual([
      'step 2 of the timeline did not fire (drop A): 4 writes were not held within 10 s',
      'step 4 of the timeline did not fire (restore A): the run ended before it',
    ]);
    expect(verdict.verdict).toBe('inconclusive');
  });

  it.each([
    [
      'a drain that did not end',
      { kind: 'drained', ok: false, pending: 2 },
      '2 writes still pending',
    ],
    [
      'a read-back that failed',
      { kind: 'read-back', host: 'host1', path: 'B', ok: false },
      'read back',
    ],
    ['a VM that was lost', { kind: 'vm-lost', vm: 'A', message: 'it ended' }, 'VM A was lost'],
    ['a lab that stood still', { kind: 'stall', ns: 1_200_000_000 }, 'stood still for 1,200 ms'],
  ] as const)('does not pass with %s', (_, event, words) => {
    const lab = healthyLab();
    lab.event({ t: 5e9, ...event });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict).join()).toContain(words);
  });

  it('does not pass a recording that was cut', () => {
    const history = healthyLab().build();
    history.events = history.events.filter(({ kind }) => kind !== 'end');
    expect(judged(history).verdict).toBe('inconclusive');
  });

  it('lets a violation win over an exercise that was not met and a step that did not fire', () => {
    const verdict = judged(labWithEarlyRetry().build(), {
      exercise: { held: 9 },
      steps: [{ describe: 'release A', optional: false }],
    });
    expect(verdict.verdict).toBe('violation');
    expect(verdict.inconclusive).toHaveLength(2);
  });

  it('lets a contradiction of an instrument win over a violation that rests on it', () => {
    const verdict = judged(labWithEarlyRetry().problem('capture C.host.pcapng', 'a gap').build());
    expect(verdict.verdict).toBe('inconclusive');
    expect(statusOf(verdict, 'no-early-retry').reason).toContain('cannot be trusted: a gap');
    expect(statusOf(verdict, 'kernel-clean').status).toBe('held');
    expect(verdict.findings).toHaveLength(1);
  });

  it('keeps a violation that rests on other instruments', () => {
    const lab = healthyLab().problem('journal', 'a bad checksum');
    lab.console('A', 5, 'Oops: 0002 [#1]');
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('violation');
    expect(statusOf(verdict, 'no-stale-overwrite').status).toBe('inconclusive');
  });

  it('takes an instrument that failed while recording, of whatever name, for a contradiction', () => {
    const lab = labWithEarlyRetry();
    lab.event({ t: 7, kind: 'instrument-error', instrument: 'recorder', message: 'disk full' });
    expect(judged(lab.build()).verdict).toBe('inconclusive');
  });

  it.each([
    ['consoles/linker.log', 'kernel-clean', 'no-early-retry'],
    ['workload/backend1.journal.json', 'no-io-error', 'no-early-retry'],
    ['link console', 'no-early-retry', 'kernel-clean'],
    ['capture captures/workload.node.pcapng', 'no-early-retry', 'no-io-error'],
    ['backend/journal.fjl', 'no-stale-overwrite', 'kernel-clean'],
  ] as const)('doubts what %s saw, whatever names people gave', (instrument, doubted, trusted) => {
    const verdict = judged(healthyLab().problem(instrument, 'it was changed').build());
    expect(statusOf(verdict, doubted).status).toBe('inconclusive');
    expect(statusOf(verdict, trusted).status).toBe('held');
  });

  it('does not pass a recording in which no I/O was done', () => {
    const lab = new HistoryBuilder();
    lab.association({ link: 'A' });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict)).toEqual([
      'no I/O of a workload was answered: there is nothing to judge',
    ]);
  });

  it.each([
    ['before the workload', 50],
    ['behind the drain', 900],
  ])('does not pass a recording with I/O only %s', (_, sent) => {
    const lab = new HistoryBuilder();
    const a = lab.association({ link: 'A' });
    lab.command(a, { op: 'read', lba: 0, bytes: '0', sent, answered: sent + 1 });
    lab.event({ t: 100e6, kind: 'workload-start', job: 'writers', host: 'host1' });
    lab.event({ t: 800e6, kind: 'drained', ok: true, pending: 0 });
    const verdict = judged(lab.build());
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict)).toContain(
      'no I/O of a workload was answered: there is nothing to judge',
    );
  });

  it('takes an apply that no command explains for a contradiction, and counts it', () => {
    const lab = healthyLab();
    const a = lab.association({ link: 'A' });
    const command = lab.command(a, { lba: 7, bytes: 'x', sent: 20, answered: 22 });
    lab.apply(command, { applied: 21, unattributed: 'its bytes were never delivered' });
    const verdict = judged(lab.build());
    expect(verdict.exercised.unattributed).toBe(1);
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict)[0]).toContain('node A on LBA 7 at');
  });

  it('takes a rule that throws for inconclusive, with the reason', () => {
    const broken = {
      ...noIoError,
      judge: () => {
        throw new Error('no such thing');
      },
    };
    const input = {
      profile: 'tp4129-strict',
      exercise: {},
      allowIoErrors: false,
      steps: [],
      links: [],
      detectors: {},
    } as const;
    const verdict = judge(healthyLab().build(), input, [broken]);
    expect(verdict.verdict).toBe('inconclusive');
    expect(reasonsOf(verdict)).toEqual(['no-io-error could not be judged: no such thing']);
  });

  it('leaves give-ups of the teardown out', () => {
    const lab = healthyLab();
    lab.association({ link: 'C', givenUp: { at: 900, by: 'fin' } });
    lab.event({ t: 800e6, kind: 'phase', phase: 'teardown' });
    expect(judged(lab.build())).toMatchObject({ margins: [], counters: { giveUps: 0 } });
  });

  it('takes no write for applied of which one block was applied twice and the other never', () => {
    const lab = healthyLab();
    const a = lab.association({ link: 'C', givenUp: { at: 8000, by: 'rst' } });
    const command = lab.command(a, { lba: 20, bytes: ['P', 'Q'], sent: 1000 });
    lab.apply(command, { applied: 1002, blocks: [0, 1] });
    lab.apply(command, { applied: 1003, blocks: [0, 1] });
    expect(judged(lab.build()).exercised).toMatchObject({ outstanding: 1, completeUnapplied: 1 });
  });

  it('counts what was exercised at the give-up', () => {
    const lab = healthyLab();
    const c = lab.association({ link: 'C', givenUp: { at: 8000, by: 'rst' } });
    lab.write(c, { lba: 20, bytes: 'applied', sent: 100, applied: 101 });
    lab.write(c, { lba: 21, bytes: 'held', sent: 100, applied: 9000, held: 101 });
    lab.command(c, { lba: 22, bytes: 'lost', sent: 100, complete: null });
    lab.write(c, { lba: 23, bytes: 'answered', sent: 100, applied: 101, answered: 102 });
    lab.write(c, { lba: 23, bytes: 'overlapping', sent: 101, applied: 102, answered: 103 });
    expect(judged(lab.build()).counters).toEqual({
      outstanding: 3,
      completeUnapplied: 1,
      appliedUnanswered: 1,
      retriedEarly: 0,
      couldLand: 0,
      landedLate: 0,
      held: 1,
      writesPerPath: 1,
      overlappingWrites: 1,
      giveUps: 1,
      resumedAfterCcr: 0,
      resumedAfterTime: 0,
      splitWrites: 0,
      mergedApplies: 0,
    });
  });
});
