import type { Scheduler, VirtualTime } from '@fenceline/contracts';
import { LabError } from './lab-error.js';

/** Something that takes time; it calls `done` once, maybe at once. Returns what ends it before. */
export type Activity<Result> = (done: (result: Result) => void) => () => void;

/** The time of a lab: a clock with timers, and how to wait on it. */
export interface LabTime {
  readonly scheduler: Scheduler;
  /** Wall-clock time at the clock's zero, in milliseconds since 1970: for dates only. */
  readonly startedAtMs: number;
  /**
   * Waits for an activity.
   *
   * @throws the reason of `stop`, when that aborts first; the activity is ended then
   */
  pass<Result>(activity: Activity<Result>, stop: AbortSignal): Promise<Result>;
}

/** Time that passes by itself. */
export function passingTime(scheduler: Scheduler, startedAtMs: number): LabTime {
  const pass = <Result>(activity: Activity<Result>, stop: AbortSignal): Promise<Result> =>
    new Promise((resolve, reject) => {
      if (stop.aborted) {
        reject(stop.reason as Error);
        return;
      }
      const stopped = (): void => {
        end();
        reject(stop.reason as Error);
      };
      stop.addEventListener('abort', stopped, { once: true });
      const end = activity((result) => {
        stop.removeEventListener('abort', stopped);
        resolve(result);
      });
    });
  return { scheduler, startedAtMs, pass };
}

/** Time that passes only while somebody waits, and then at once. Its date is always the same. */
export function virtualTime(time: VirtualTime): LabTime {
  const pass = <Result>(activity: Activity<Result>, stop: AbortSignal): Promise<Result> =>
    new Promise((resolve) => {
      stop.throwIfAborted();
      // Asked for after each event: a flag costs less than the signal.
      let isStopped = false;
      const stopped = (): void => {
        isStopped = true;
      };
      stop.addEventListener('abort', stopped, { once: true });
      const results: Result[] = [];
      const end = activity((result) => results.push(result));
      const goesOn = (): boolean => results.length === 0 && !isStopped;
      while (goesOn()) {
        if (!time.step()) throw new LabError('nothing happens any more in the simulated lab');
      }
      stop.removeEventListener('abort', stopped);
      if (results.length === 0) end();
      stop.throwIfAborted();
      resolve(results[0]!);
    });
  return { scheduler: time, startedAtMs: 0, pass };
}
