import type { Action, Clock, LabEvent, PlanStep, TriggerEvent } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';
import { setTimeout as delay } from 'node:timers/promises';

/** What a timeline needs of its lab. */
export interface TimelineLab {
  clock: Clock;
  /** Resolves with the reason in words when the event is seen; rejects when `signal` aborts. */
  awaitEvent(event: TriggerEvent, signal: AbortSignal): Promise<string>;
  perform(action: Action): void;
  record(event: LabEvent): void;
}

/**
 * Runs the steps of a timeline one after another and records of each whether and why it fired.
 *
 * A step whose event is not seen within its bound counts as not fired; the ones after it are still tried.
 *
 * @param startedAt when the workload started, ns of the lab's clock
 * @returns whether every step fired
 * @throws when `signal` aborts
 */
export async function runTimeline(
  steps: readonly PlanStep[],
  lab: TimelineLab,
  startedAt: number,
  signal: AbortSignal,
): Promise<boolean> {
  let previousAt = startedAt;
  let allFired = true;
  for (const step of steps) {
    const because = await awaitTrigger(step, lab, startedAt, previousAt, signal);
    if (because === null) allFired = false;
    else lab.perform(step.action);
    previousAt = lab.clock.now();
    lab.record({
      t: previousAt,
      kind: 'step',
      index: step.index,
      describe: step.describe,
      fired: because !== null,
      because: because ?? `not seen within ${(step.withinMs ?? 0) / 1000} s`,
    });
  }
  return allFired;
}

/** The reason for which the step fires now, or null when its bound passed first. */
async function awaitTrigger(
  step: PlanStep,
  lab: TimelineLab,
  startedAt: number,
  previousAt: number,
  signal: AbortSignal,
): Promise<string | null> {
  const { trigger } = step;
  switch (trigger.kind) {
    case 'at':
      await delayUntil(lab.clock, startedAt + trigger.ms * NS_PER_MS, signal);
      return `${trigger.ms} ms after the workload started`;
    case 'after':
      await delayUntil(lab.clock, previousAt + trigger.ms * NS_PER_MS, signal);
      return `${trigger.ms} ms after the step before`;
    case 'event': {
      const because = await awaitWithin(step.withinMs, trigger.event, lab, signal);
      if (because !== null && trigger.delayMs > 0) await delay(trigger.delayMs, null, { signal });
      return because;
    }
  }
}

async function awaitWithin(
  withinMs: number | null,
  event: TriggerEvent,
  lab: TimelineLab,
  signal: AbortSignal,
): Promise<string | null> {
  if (withinMs === null) return lab.awaitEvent(event, signal);
  const bound = AbortSignal.timeout(withinMs);
  try {
    return await lab.awaitEvent(event, AbortSignal.any([signal, bound]));
  } catch (error) {
    if (bound.aborted && !signal.aborted) return null;
    throw error;
  }
}

async function delayUntil(clock: Clock, t: number, signal: AbortSignal): Promise<void> {
  // Node's timers may fire a fraction of a millisecond early.
  for (let ms; (ms = (t - clock.now()) / NS_PER_MS) > 0;)
    await delay(Math.ceil(ms), null, { signal });
}
