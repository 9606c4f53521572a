import type { Clock } from '@fenceline/contracts';
import { NS_PER_MS } from '@fenceline/contracts';

const windowNs = 50 * NS_PER_MS;
const tickMs = 5;

/**
 * Measures how late this process's event loop runs: the uncertainty of every time stamp that it writes.
 *
 * A timer of 5 ms; what it comes too late by is a delay. Of each 50 ms window the worst delay is reported
 * if it is at least 1 ms; a delay longer than a window is reported when it ends, for all the windows that it
 * covered.
 */
export class StallRecorder {
  private readonly timer: NodeJS.Timeout;
  private expected: number;
  private windowEnd: number;
  private worst = 0;

  constructor(
    private readonly clock: Clock,
    private readonly report: (t: number, ns: number) => void,
  ) {
    const now = clock.now();
    this.expected = now + tickMs * NS_PER_MS;
    this.windowEnd = now + windowNs;
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.timer);
    this.tick();
  }

  private tick(): void {
    const now = this.clock.now();
    const late = now - this.expected;
    this.worst = Math.max(this.worst, late);
    this.expected = now + tickMs * NS_PER_MS;
    while (now >= this.windowEnd) {
      if (this.worst >= NS_PER_MS) this.report(this.windowEnd, Math.round(this.worst));
      this.windowEnd += windowNs;
      // The delay lasted until now, hence into the next window: what is stamped first there is stamped late.
      this.worst = late;
    }
  }
}
