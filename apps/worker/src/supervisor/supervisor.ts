import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Capacity, WorkerTerms } from '@fenceline/contracts/api';
import type { Logger } from 'pino';
import { Refused, Unreachable } from '../api/api-error.js';
import { untilReached } from '../api/back-off.js';
import type { WorkerApi } from '../api/worker-api.js';
import { Rejudger } from '../rejudge/rejudger.js';
import { AttemptRunner, type AttemptServices } from '../attempt/attempt-runner.js';

/** How often it is looked for what dead workers have left. */
const cleanUpMs = 60_000;

/** What rings when there is work; see `Doorbell`. */
export interface Bell {
  close(): Promise<void>;
}

export interface SupervisorParts {
  api: WorkerApi;
  attempts: AttemptServices;
  capacity: Capacity;
  /** Whether what the first lab finds out about KVM is offered from then on; else `capacity` is believed. */
  probes?: boolean;
  /** This process, to the service. */
  instance: string;
  openBell(
    terms: NonNullable<WorkerTerms['doorbell']>,
    rung: (attemptId: string) => Promise<void>,
  ): Bell;
  log: Logger;
}

/** A number for one process of a worker. */
export const newInstance = (): string => randomUUID();

/** Claims attempts, as far as there are slots, and sees each of them through. */
export class Supervisor {
  private readonly running = new Map<string, AttemptRunner>();
  private readonly ends = new Set<Promise<void>>();
  private readonly claiming = new Map<string, Promise<void>>();
  private readonly draining = new AbortController();
  private readonly rejudger: Rejudger;
  private bell: Bell | null = null;
  private bellTerms = '';
  private leaseSeconds = 30;
  private capacity: Capacity;

  constructor(private readonly parts: SupervisorParts) {
    const { api, attempts, capacity, log } = parts;
    const { folders, programs } = attempts;
    this.capacity = capacity;
    this.rejudger = new Rejudger(
      { api, folders, program: programs?.judge, log },
      () => !this.draining.signal.aborted && this.hasRoom(),
    );
  }

  /** How many attempts are at work. */
  get busy(): number {
    return this.running.size;
  }

  /**
   * Works until it is drained; when it resolves nothing is at work any more.
   *
   * @throws Refused where the service does not know this worker
   */
  async run(): Promise<void> {
    const { api, instance, log } = this.parts;
    const stop = this.draining.signal;
    try {
      await this.cleanUp();
      const terms = await untilReached(() => api.hello(instance, this.capacity), stop);
      log.info({ instance, slots: this.capacity.slots }, 'ready for work');
      this.follow(terms);
      await Promise.all([this.poll(terms.pollSeconds), this.keepClean()]);
    } catch (error) {
      // Nothing that it says counts any more, so what runs is for nobody.
      if (error instanceof Refused) this.endNow();
      if (error instanceof Refused || !stop.aborted) throw error;
    } finally {
      this.draining.abort();
      await this.bell?.close();
      await Promise.all([...this.claiming.values(), this.rejudger.end()]);
      while (this.ends.size > 0) await Promise.all(this.ends);
    }
  }

  /** Claims nothing any more; what runs comes to its end, and then `run` does. */
  drain(): void {
    this.draining.abort();
  }

  /** Ends every lab at once. The service is told nothing: it places their jobs anew when their leases have run out. */
  endNow(): void {
    this.drain();
    this.rejudger.leave();
    for (const runner of this.running.values()) runner.leave();
  }

  /** Somebody says that an attempt wants this worker: it is new, or to be cancelled. Never rejects. */
  async offer(attemptId: string): Promise<void> {
    const runner = this.running.get(attemptId);
    runner?.look();
    if (this.draining.signal.aborted || runner !== undefined) return;
    const known = this.claiming.get(attemptId);
    if (known !== undefined) {
      await known;
      return;
    }
    // What does not fit was placed here by mistake, and is placed elsewhere soon.
    if (!this.hasRoom()) return;
    const claim = this.claim(attemptId).finally(() => this.claiming.delete(attemptId));
    this.claiming.set(attemptId, claim);
    await claim;
  }

  private hasRoom(): boolean {
    return this.running.size + this.claiming.size < this.capacity.slots;
  }

  private async claim(attemptId: string): Promise<void> {
    const { api, attempts, instance, log } = this.parts;
    // An answer may be lost, and the attempt is ours then: asked again, it comes again.
    const bound = AbortSignal.timeout(this.leaseSeconds * 1000);
    try {
      const work = await untilReached(() => api.claim(attemptId, instance), bound, 1_000);
      const runner = new AttemptRunner(attempts, work, (found) => this.offerAccelerator(found));
      this.running.set(attemptId, runner);
      const end = runner
        .toTheEnd()
        .catch((error: unknown) => log.error({ err: error, attemptId }, 'an attempt broke'))
        .then(() => {
          this.running.delete(attemptId);
          this.ends.delete(end);
        });
      this.ends.add(end);
    } catch (error) {
      log.debug({ err: error, attemptId }, 'not claimed');
    }
  }

  private offerAccelerator(accelerator: Capacity['accelerator']): void {
    const { api, instance, log, probes } = this.parts;
    if (probes !== true || this.capacity.accelerator === accelerator) return;
    log.info({ accelerator }, 'guests run on this from now on');
    this.capacity = { ...this.capacity, accelerator };
    // Where the worker leaves meanwhile nobody needs to hear it.
    untilReached(() => api.hello(instance, this.capacity), this.draining.signal).catch(
      (error: unknown) => log.debug({ err: error }, 'the accelerator was not told'),
    );
  }

  /** Asks by itself, whatever the bell does: Redis may be away. */
  private async poll(pollSeconds: number): Promise<void> {
    const stop = this.draining.signal;
    let pause = pollSeconds;
    do {
      try {
        const { attemptIds, rejudging, terms } = await this.parts.api.assignments();
        this.follow(terms);
        pause = terms.pollSeconds;
        await Promise.all(attemptIds.map((attemptId) => this.offer(attemptId)));
        // Labs go first.
        if (rejudging) this.rejudger.offer();
      } catch (error) {
        if (error instanceof Refused) throw error;
        if (!(error instanceof Unreachable)) this.parts.log.error({ err: error }, 'polling failed');
      }
    } while (await rested(pause * 1000, stop));
  }

  /** Terms may change while the service goes on. */
  private follow(terms: WorkerTerms): void {
    this.leaseSeconds = terms.leaseSeconds;
    const wanted = JSON.stringify(terms.doorbell);
    if (wanted === this.bellTerms || this.draining.signal.aborted) return;
    void this.bell?.close();
    this.bellTerms = wanted;
    this.bell =
      terms.doorbell === null
        ? null
        : this.parts.openBell(terms.doorbell, (attemptId) => this.offer(attemptId));
  }

  private async keepClean(): Promise<void> {
    const stop = this.draining.signal;
    while (await rested(cleanUpMs, stop)) await this.cleanUp();
  }

  private async cleanUp(): Promise<void> {
    const { attempts, log } = this.parts;
    try {
      for (const found of await attempts.folders.cleanUp()) log.info(`removed: ${found}`);
    } catch (error) {
      log.warn({ err: error }, 'what dead labs have left could not be removed');
    }
  }
}

/** Rests; false when it was stopped meanwhile. */
async function rested(ms: number, stop: AbortSignal): Promise<boolean> {
  return await delay(ms, true, { signal: stop }).catch(() => false);
}
