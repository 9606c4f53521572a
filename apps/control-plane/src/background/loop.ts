/** What a loop does, and how often at least. */
export interface LoopOptions {
  name: string;
  /** The longest rest between two turns, ms. */
  everyMs: number;
  /** The shortest rest between two turns, ms: what wakes it meanwhile is done by one turn. Default: none. */
  gatherMs?: number;
  turn: () => Promise<void>;
  /** A turn failed; the next one comes as usual. */
  onError: (error: unknown) => void;
}

/**
 * Work that is done again and again, one turn at a time: when it is woken, and after a rest in any case. A wake during
 * a turn makes one more follow at once, however many wakes there were: what they tell of is seen by that one.
 */
export class Loop {
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private woken = false;
  private active = false;
  private endedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: LoopOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** Takes its first turn at once. */
  start(): void {
    this.active = true;
    this.wake();
  }

  /** Does nothing where the loop is stopped. */
  wake(): void {
    this.woken = true;
    if (this.active && this.running === null) this.running = this.run();
  }

  /** No turn begins any more; resolves when the one that runs has ended. */
  async stop(): Promise<void> {
    this.active = false;
    this.rest(null);
    await this.running;
  }

  private async run(): Promise<void> {
    this.rest(null);
    while (this.active && this.woken) {
      const gatherMs = this.endedAt + (this.options.gatherMs ?? 0) - performance.now();
      if (gatherMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, gatherMs));
        // It may have been stopped meanwhile.
        continue;
      }
      this.woken = false;
      try {
        await this.options.turn();
      } catch (error) {
        this.options.onError(error);
      }
      this.endedAt = performance.now();
    }
    this.running = null;
    if (this.active) this.rest(this.options.everyMs);
  }

  private rest(ms: number | null): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = ms === null ? null : setTimeout(() => this.wake(), ms);
  }
}
