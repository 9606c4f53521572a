import { setTimeout as after } from 'node:timers/promises';
import type { Part, RunningPart } from './parts/part.js';

export interface SupervisorOptions {
  /** Told what happens, in words. */
  report: (line: string) => void;
  /** Told whenever a process has come or gone. */
  onChange: (parts: RunningState[]) => void;
  /** First and longest pause before a part is started again; it doubles. @defaultValue 500 ms and 30 s */
  backOffMs?: { first: number; most: number };
}

export interface RunningState {
  name: string;
  pid: number;
  restarts: number;
}

/** A part that has run for so long is well: the next pause is the first one again. */
const wellAfterMs = 60_000;

interface Kept {
  part: Part;
  running: RunningPart | null;
  restarts: number;
  /** Ends with the part. */
  watch: Promise<void>;
}

/** Starts parts in order, starts those again that end by themselves unless they say that it is no use, and stops all in the opposite order. */
export class Supervisor {
  private readonly kept: Kept[] = [];
  private readonly unwanted = new AbortController();
  private readonly inHurry = new AbortController();

  constructor(private readonly options: SupervisorOptions) {}

  /**
   * Starts one more part; resolves when it is ready.
   *
   * @throws Error where it does not come up the first time, or where `stop` was called meanwhile
   */
  async start(part: Part): Promise<void> {
    const running = await part.start(this.unwanted.signal);
    if (this.isStopping()) {
      // It came up all the same, and `stop` did not see it.
      await running.stop(this.inHurry.signal);
      throw new Error(`${part.name} is not wanted any more.`);
    }
    const kept: Kept = { part, running, restarts: 0, watch: Promise.resolve() };
    this.kept.push(kept);
    kept.watch = this.watch(kept);
    this.changed();
  }

  /** Stops all parts, the last one first; resolves when they are gone. */
  async stop(): Promise<void> {
    this.unwanted.abort();
    for (const kept of this.kept.toReversed()) {
      await kept.running?.stop(this.inHurry.signal);
      await kept.watch;
      this.changed();
    }
  }

  /** Has those that are stopping leave what they do. */
  hurry(): void {
    this.inHurry.abort();
  }

  private async watch(kept: Kept): Promise<void> {
    const { report, backOffMs = { first: 500, most: 30_000 } } = this.options;
    const { name } = kept.part;
    let pause = backOffMs.first;
    while (kept.running !== null) {
      const since = performance.now();
      const { how, forGood } = await kept.running.ended;
      kept.running = null;
      if (this.isStopping()) return;
      if (forGood !== undefined) {
        report(`${name} ended and is not started again. ${forGood}`);
        this.changed();
        return;
      }
      if (performance.now() - since > wellAfterMs) pause = backOffMs.first;
      report(`${name} ended (${how}); it is started again.`);
      this.changed();
      while (kept.running === null) {
        // Aborting rejects, and is looked at below.
        await after(pause, undefined, { signal: this.unwanted.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, backOffMs.most);
        if (this.isStopping()) return;
        kept.restarts += 1;
        kept.running = await kept.part.start(this.unwanted.signal).catch((error: unknown) => {
          if (!this.isStopping()) report(error instanceof Error ? error.message : String(error));
          return null;
        });
      }
      report(`${name} is up again.`);
      this.changed();
      // It came up while all were being stopped, and `stop` did not see it.
      if (this.isStopping()) await kept.running.stop(this.inHurry.signal);
    }
  }

  private isStopping(): boolean {
    return this.unwanted.signal.aborted;
  }

  private changed(): void {
    this.options.onChange(
      this.kept.flatMap(({ part, running, restarts }) =>
        running === null ? [] : [{ name: part.name, pid: running.pid, restarts }],
      ),
    );
  }
}
