import { NS_PER_MS, type Clock } from '@fenceline/contracts';

/** What a workload saw. */
export interface WorkloadResult {
  /** Every I/O came back, and nothing was wrong. */
  ok: boolean;
  /** I/Os that failed. */
  errors: number;
  /** Blocks read that were not what any write had put there: no error of an I/O. */
  damagedReads: number;
  reads: number;
  writes: number;
  /** Reads that showed an older write than the last one done, as fio cannot see it: no error of the application. */
  staleReads: number;
  /** The longest time that an I/O took, in ns; null where none came back. */
  worstLatencyNs: number | null;
  /** The longest time in which I/O was outstanding and none came back. */
  longestStallMs: number;
  /** What went wrong first. */
  message?: string;
}

/** Counts what the jobs of a workload see. */
export class Tally {
  readonly #clock: Clock;
  #errors = 0;
  #reads = 0;
  #writes = 0;
  #damagedReads = 0;
  #staleReads = 0;
  #worstLatencyNs: number | null = null;
  #longestStallNs = 0;
  #outstanding = 0;
  /** When an I/O came back last, or the first of those outstanding was begun. */
  #quietSince = 0;
  #message: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begun(): void {
    if (this.#outstanding++ === 0) this.#quietSince = this.#clock.now();
  }

  /** An I/O came back that had been begun at `begunAt` (ns). */
  done(begunAt: number): void {
    const now = this.#clock.now();
    this.#outstanding--;
    this.#longestStallNs = Math.max(this.#longestStallNs, now - this.#quietSince);
    this.#quietSince = now;
    this.#worstLatencyNs = Math.max(this.#worstLatencyNs ?? 0, now - begunAt);
  }

  read(): void {
    this.#reads++;
  }

  wrote(): void {
    this.#writes++;
  }

  stale(): void {
    this.#staleReads++;
  }

  failed(what: string): void {
    this.#errors++;
    this.#message ??= what;
  }

  damaged(what: string): void {
    this.#damagedReads++;
    this.#message ??= what;
  }

  result(): WorkloadResult {
    return {
      ok: this.#errors === 0 && this.#damagedReads === 0,
      errors: this.#errors,
      damagedReads: this.#damagedReads,
      reads: this.#reads,
      writes: this.#writes,
      staleReads: this.#staleReads,
      worstLatencyNs: this.#worstLatencyNs,
      longestStallMs: this.#longestStallNs / NS_PER_MS,
      ...(this.#message !== undefined && { message: this.#message }),
    };
  }
}
