import type { Lease } from '@fenceline/contracts/api';
import type { Logger } from 'pino';
import { isRefused, Unreachable } from '../api/api-error.js';
import type { ToldStage } from '../api/worker-api.js';

/** What the service says of an attempt when its lease is renewed. */
export interface LeaseListener {
  /** Somebody asked for it to be cancelled. */
  cancelled(): void;
  /** A newer attempt has taken its place. */
  superseded(): void;
}

/** Renewed at this part of the lease, so that two may be lost. */
const renewAt = 1 / 3;
/** After a failed try it is asked again soon, but no sooner than that. */
const retryMs = 500;

/**
 * Keeps the lease of one piece of work and tells its stages, one request at a time. While the service is away it goes on
 * trying: a late renewal is taken as long as no newer attempt exists.
 */
export class LeaseKeeper {
  private timer: NodeJS.Timeout | null = null;
  private readonly untold: ToldStage[] = [];
  private asking: Promise<void> | null = null;
  private ended = false;

  /** @param hold renews the lease, and tells a stage with it where there is one to tell */
  constructor(
    private readonly hold: (stage: ToldStage | undefined) => Promise<Lease>,
    private leaseSeconds: number,
    private readonly listener: LeaseListener,
    private readonly log: Logger,
  ) {
    this.rest(this.renewAfterMs());
  }

  /** Tells a stage that the attempt has come to, as soon as the service can be reached. */
  advance(stage: ToldStage): void {
    if (this.ended) return;
    this.untold.push(stage);
    this.rest(0);
  }

  /** Renews at once: there is news for the attempt. */
  look(): void {
    this.rest(0);
  }

  /** Asks no more; resolves when what was being asked has its answer. */
  async end(): Promise<void> {
    this.ended = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.asking;
  }

  private renewAfterMs(): number {
    return this.leaseSeconds * 1000 * renewAt;
  }

  private rest(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.ended || this.asking !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.asking = this.ask().then((pauseMs) => {
        this.asking = null;
        this.rest(this.untold.length > 0 && pauseMs > retryMs ? 0 : pauseMs);
      });
    }, ms);
  }

  /** One renewal; gives back after how many ms the next is due. */
  private async ask(): Promise<number> {
    const stage = this.untold[0];
    try {
      const lease = await this.hold(stage);
      if (stage !== undefined) this.untold.shift();
      this.take(lease);
      return this.renewAfterMs();
    } catch (error) {
      return this.fail(error, stage);
    }
  }

  private take({ leaseSeconds, cancel }: Lease): void {
    this.leaseSeconds = leaseSeconds;
    if (cancel) this.listener.cancelled();
  }

  private fail(error: unknown, stage: ToldStage | undefined): number {
    // A renewal that was under way as the attempt was finished finds it ended.
    if (this.ended) return 0;
    if (error instanceof Unreachable) {
      this.log.debug({ err: error }, 'the lease could not be renewed');
      return Math.min(retryMs, this.renewAfterMs());
    }
    if (stage !== undefined && isRefused(error, 'conflict')) {
      this.log.warn({ err: error, stage }, 'the service did not take a stage');
      this.untold.shift();
      return this.renewAfterMs();
    }
    // Superseded, or it is not an attempt of ours any more: nothing that we say of it counts.
    this.log.warn({ err: error }, 'the lease is lost');
    this.ended = true;
    this.listener.superseded();
    return this.renewAfterMs();
  }
}
