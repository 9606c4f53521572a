import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';

/** The longest time for which one of Node's timers can be set. */
const longestTimerMs = 2 ** 31 - 1;

/** The lab's clock on Node's monotonic clock and timers: zero at construction. */
export class LabClock implements Scheduler {
  /** Wall-clock time at zero, in milliseconds since 1970: for dates in captures and reports only. */
  readonly startedAtMs = Date.now();
  private readonly origin = process.hrtime();

  now(): number {
    const [seconds, nanoseconds] = process.hrtime(this.origin);
    return seconds * 1e9 + nanoseconds;
  }

  /** What is due now comes as soon as the caller and those before it have returned, ahead of all other events. */
  at(t: number, callback: () => void): () => void {
    let cancelled = false;
    let timer: NodeJS.Timeout | undefined;
    const wait = (): void => {
      if (cancelled) return;
      const ms = (t - this.now()) / NS_PER_MS;
      // Node's timers may fire a fraction of a millisecond early.
      if (ms > 0) timer = setTimeout(wait, Math.min(Math.ceil(ms), longestTimerMs));
      else callback();
    };
    if (t <= this.now()) queueMicrotask(wait);
    else wait();
    return () => {
      cancelled = true;
      clearTimeout(timer);
    };
  }
}
