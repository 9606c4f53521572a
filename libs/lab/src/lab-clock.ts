import type { Clock } from '@fenceline/contracts';

/** The lab's clock on Node's monotonic clock: zero at construction. */
export class LabClock implements Clock {
  /** Wall-clock time at zero, in milliseconds since 1970: for dates in captures and reports only. */
  readonly startedAtMs = Date.now();
  private readonly origin = process.hrtime();

  now(): number {
    const [seconds, nanoseconds] = process.hrtime(this.origin);
    return seconds * 1e9 + nanoseconds;
  }
}
