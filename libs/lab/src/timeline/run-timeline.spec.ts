import { NS_PER_MS, VirtualTime, type LabEvent, type PlanStep } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { runTimeline, type TimelineLab } from './run-timeline.js';

const release: PlanStep['action'] = { kind: 'releaseBackend', nodes: ['A'] };
const drop: PlanStep['action'] = { kind: 'dropLink', links: ['A'], direction: 'both' };

function step(
  index: number,
  trigger: PlanStep['trigger'],
  action: PlanStep['action'],
  withinMs: number | null = null,
): PlanStep {
  return { index, trigger, withinMs, action, optional: false, describe: `step ${index}` };
}

const held: PlanStep['trigger'] = {
  kind: 'event',
  event: { kind: 'held', nodes: ['A'], writes: 1 },
  delayMs: 0,
};

/** Runs steps in a lab that sees every event so long after it began to wait for it, or never. */
function run(steps: PlanStep[], seenAfterMs: number | null) {
  const scheduler = new VirtualTime();
  const events: LabEvent[] = [];
  const performed: [string, number][] = [];
  const ends: boolean[] = [];
  const lab: TimelineLab = {
    scheduler,
    awaitEvent: (_event, seen) =>
      seenAfterMs === null
        ? () => undefined
        : scheduler.at(scheduler.now() + seenAfterMs * NS_PER_MS, () => seen('1 write held')),
    perform: (action) => performed.push([action.kind, scheduler.now() / NS_PER_MS]),
    record: (event) => events.push(event),
  };
  const stop = runTimeline(steps, lab, 0, (allFired) => ends.push(allFired));
  return { scheduler, events, performed, ends, stop };
}

describe('a timeline', () => {
  it('performs its steps in order and says why each fired', () => {
    const steps = [step(0, held, drop, 100), step(1, { kind: 'after', ms: 5 }, release)];
    const { scheduler, events, performed, ends } = run(steps, 7);
    while (scheduler.step());
    expect(performed).toEqual([
      ['dropLink', 7],
      ['releaseBackend', 12],
    ]);
    expect(events).toMatchObject([
      { t: 7e6, kind: 'step', index: 0, fired: true, because: '1 write held' },
      { t: 12e6, kind: 'step', index: 1, fired: true, because: '5 ms after the step before' },
    ]);
    expect(ends).toEqual([true]);
  });

  it('waits as long after an event as the plan says', () => {
    const { scheduler, performed } = run([step(0, { ...held, delayMs: 30 }, drop, 10)], 7);
    while (scheduler.step());
    expect(performed).toEqual([['dropLink', 37]]);
  });

  it('goes on after a step whose event was not seen in time', () => {
    const steps = [step(0, held, drop, 10), step(1, { kind: 'after', ms: 0 }, release)];
    const { scheduler, events, performed, ends } = run(steps, 11);
    while (scheduler.step());
    expect(performed).toEqual([['releaseBackend', 10]]);
    expect(events).toMatchObject([
      { fired: false, because: 'not seen within 0.01 s' },
      { fired: true },
    ]);
    expect(ends).toEqual([false]);
  });

  it('counts `at` from the start of the workload, and does not wait for a time that has passed', () => {
    const steps = [step(0, { kind: 'at', ms: 20 }, drop), step(1, { kind: 'at', ms: 1 }, release)];
    const { scheduler, performed } = run(steps, null);
    while (scheduler.step());
    expect(performed).toEqual([
      ['dropLink', 20],
      ['releaseBackend', 20],
    ]);
  });

  it('ends at once when it is stopped', () => {
    const { scheduler, performed, ends, stop } = run([step(0, held, drop, 10_000)], 5);
    stop();
    while (scheduler.step());
    expect(performed).toEqual([]);
    expect(ends).toEqual([]);
  });
});
