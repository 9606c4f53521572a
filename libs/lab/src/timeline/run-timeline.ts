import type { Action, LabEvent, PlanStep, Scheduler, TriggerEvent } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';

/** What a timeline needs of its lab. */
export interface TimelineLab {
  scheduler: Scheduler;
  /** Calls `seen` with the reason in words when the event is seen; returns what ends that. */
  awaitEvent(event: TriggerEvent, seen: (because: string) => void): () => void;
  perform(action: Action): void;
  record(event: LabEvent): void;
}

/**
 * Runs the steps of a timeline one after another and records of each whether and why it fired.
 *
 * A step whose event is not seen within its bound counts as not fired; the ones after it are still tried.
 *
 * @param startedAt when the workload started, ns of the lab's clock
 * @param done is told whether every step fired
 * @returns what ends it before
 */
export function runTimeline(
  steps: readonly PlanStep[],
  lab: TimelineLab,
  startedAt: number,
  done: (allFired: boolean) => void,
): () => void {
  const run = new TimelineRun(steps, lab, startedAt, done);
  run.next();
  return () => run.stop();
}

class TimelineRun {
  private index = 0;
  private previousAt: number;
  private allFired = true;
  /** What ends the waiting for the step's trigger. */
  private waits: (() => void)[] = [];

  constructor(
    private readonly steps: readonly PlanStep[],
    private readonly lab: TimelineLab,
    private readonly startedAt: number,
    private readonly done: (allFired: boolean) => void,
  ) {
    this.previousAt = startedAt;
  }

  next(): void {
    const step = this.steps[this.index++];
    if (step) this.await(step);
    else this.done(this.allFired);
  }

  stop(): void {
    for (const end of this.waits) end();
    this.waits = [];
  }

  private await(step: PlanStep): void {
    const { scheduler } = this.lab;
    const { trigger } = step;
    switch (trigger.kind) {
      case 'at':
        this.fireAt(
          this.startedAt + trigger.ms * NS_PER_MS,
          step,
          `${trigger.ms} ms after the workload started`,
        );
        return;
      case 'after':
        this.fireAt(
          this.previousAt + trigger.ms * NS_PER_MS,
          step,
          `${trigger.ms} ms after the step before`,
        );
        return;
      case 'event': {
        const seen = (because: string): void => {
          this.stop();
          const delayNs = trigger.delayMs * NS_PER_MS;
          if (delayNs > 0) this.fireAt(scheduler.now() + delayNs, step, because);
          else this.fired(step, because);
        };
        this.waits.push(this.lab.awaitEvent(trigger.event, seen));
        if (step.withinMs === null) return;
        const bound = scheduler.now() + step.withinMs * NS_PER_MS;
        this.waits.push(scheduler.at(bound, () => this.fired(step, null)));
      }
    }
  }

  private fireAt(t: number, step: PlanStep, because: string): void {
    this.waits.push(this.lab.scheduler.at(t, () => this.fired(step, because)));
  }

  /** The step fires now, or does not, as its bound has passed (`because` null). */
  private fired(step: PlanStep, because: string | null): void {
    this.stop();
    if (because === null) this.allFired = false;
    else this.lab.perform(step.action);
    this.previousAt = this.lab.scheduler.now();
    this.lab.record({
      t: this.previousAt,
      kind: 'step',
      index: step.index,
      describe: step.describe,
      fired: because !== null,
      because: because ?? `not seen within ${(step.withinMs ?? 0) / 1000} s`,
    });
    this.next();
  }
}
