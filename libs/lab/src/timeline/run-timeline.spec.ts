import type { LabEvent, PlanStep } from '@fenceline/contracts';
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

function lab(awaitEvent: TimelineLab['awaitEvent']) {
  const events: LabEvent[] = [];
  const performed: string[] = [];
  const started = performance.now();
  const deps: TimelineLab = {
    clock: { now: () => Math.round((performance.now() - started) * 1e6) },
    awaitEvent,
    perform: (action) => performed.push(action.kind),
    record: (event) => events.push(event),
  };
  const fired = () => events.map((event) => event.kind === 'step' && event.fired);
  return { deps, events, performed, fired };
}

const unseen: TimelineLab['awaitEvent'] = (_event, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('a timeline', () => {
  it('performs its steps in order and says why each fired', async () => {
    const { deps, events, performed } = lab(() => Promise.resolve('1 write held'));
    await runTimeline(
      [step(0, held, drop), step(1, { kind: 'after', ms: 5 }, release)],
      deps,
      0,
      new AbortController().signal,
    );
    expect(performed).toEqual(['dropLink', 'releaseBackend']);
    expect(events).toMatchObject([
      { kind: 'step', index: 0, fired: true, because: '1 write held' },
      { kind: 'step', index: 1, fired: true, because: '5 ms after the step before' },
    ]);
    expect(events[1]!.t - events[0]!.t).toBeGreaterThanOrEqual(5e6);
  });

  it('goes on after a step whose event was not seen in time', async () => {
    const { deps, performed, fired } = lab(unseen);
    const allFired = await runTimeline(
      [step(0, held, drop, 10), step(1, { kind: 'after', ms: 0 }, release)],
      deps,
      0,
      new AbortController().signal,
    );
    expect(allFired).toBe(false);
    expect(performed).toEqual(['releaseBackend']);
    expect(fired()).toEqual([false, true]);
  });

  it('counts `at` from the start of the workload, and does not wait for a time that has passed', async () => {
    const { deps, events } = lab(unseen);
    await runTimeline(
      [step(0, { kind: 'at', ms: 20 }, drop), step(1, { kind: 'at', ms: 1 }, release)],
      deps,
      0,
      new AbortController().signal,
    );
    expect(events[0]!.t).toBeGreaterThanOrEqual(20e6);
    expect(events).toHaveLength(2);
  });

  it('ends at once when the lab is stopped', async () => {
    const { deps, performed } = lab(unseen);
    const stop = new AbortController();
    const running = runTimeline([step(0, held, drop, 10_000)], deps, 0, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    expect(performed).toEqual([]);
  });
});
