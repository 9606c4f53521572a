import type { Clock } from '@fenceline/contracts';
import type { Glimpse } from './messages.js';

const intervalMs = 250;
/** Console lines of all VMs in one slice; the recording has every line. */
const mostLines = 25;
const longestLine = 500;

/** Counts what happens in a slice of time and tells it at its end. It costs a counter for each command. */
export class Glimpses {
  private readonly timer: NodeJS.Timeout;
  private readonly counts = new Map<string, { writes: number; reads: number }>();
  private console: Glimpse['console'] = [];
  private from: number;

  /** @param heldOn how many writes the backend holds of the node at a link */
  constructor(
    private readonly clock: Clock,
    private readonly heldOn: (link: string) => number,
    links: readonly string[],
    private readonly tell: (glimpse: Glimpse) => void,
  ) {
    for (const link of links) this.counts.set(link, { writes: 0, reads: 0 });
    this.from = clock.now();
    this.timer = setInterval(() => this.tick(), intervalMs);
  }

  /** A host sent a command over a link. */
  command(link: string, kind: 'write' | 'read'): void {
    const counts = this.counts.get(link);
    if (counts === undefined) return;
    if (kind === 'write') counts.writes += 1;
    else counts.reads += 1;
  }

  line(vm: string, t: number, text: string): void {
    if (this.console.length < mostLines) {
      this.console.push({ vm, t, text: text.slice(0, longestLine) });
    }
  }

  stop(): void {
    clearInterval(this.timer);
    this.tick();
  }

  private tick(): void {
    const to = this.clock.now();
    const links: Glimpse['links'] = [];
    for (const [link, counts] of this.counts) {
      const held = this.heldOn(link);
      if (counts.writes + counts.reads + held > 0) links.push({ link, ...counts, held });
      counts.writes = counts.reads = 0;
    }
    if (links.length + this.console.length > 0) {
      this.tell({ from: this.from, to, console: this.console, links });
    }
    this.console = [];
    this.from = to;
  }
}
