import type { TriggerEvent } from '@fenceline/contracts';

/** A write as the wire shows it when its last byte was sent. */
export interface SentWrite {
  /** The lab's name for the association, unique within a lab. */
  association: string;
  link: string;
  node: string;
  slba: number;
  /** Hash of each block's payload. */
  hashes: readonly bigint[];
  sentAt: number;
}

/** A write request as the backend has it. */
export interface BackendWrite {
  id: number;
  node: string;
  slba: number;
  hashes: readonly bigint[];
}

interface Waiter {
  event: TriggerEvent;
  resolve: (because: string) => void;
}

/**
 * What the lab has seen so far of its own experiment, for the steps of the timeline that wait for an event.
 *
 * It decides when faults begin and end, never the verdict: that is judged from the recording alone.
 */
export class Observations {
  private readonly outstanding = new Map<SentWrite, { blocksToApply: number }>();
  private readonly outstandingByBlock = new Map<number, Set<SentWrite>>();
  private readonly heldWrites = new Map<number, BackendWrite & { heldAt: number }>();
  private readonly appliedUnanswered = new Map<string, number>();
  private readonly appliedByLink = new Map<string, number>();
  private readonly retriedFrom = new Map<string, string>();
  private readonly givenUp = new Map<string, string>();
  private readonly endedWorkloads = new Set<string>();
  private newerWrite: string | null = null;
  private readonly waiters = new Set<Waiter>();

  /** Resolves with the reason in words once the event has been seen; rejects when `signal` aborts. */
  await(event: TriggerEvent, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const because = this.seen(event);
      if (because !== null) return resolve(because);
      if (signal.aborted) return reject(signal.reason as Error);
      const abort = () => {
        this.waiters.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        event,
        resolve: (reason) => {
          signal.removeEventListener('abort', abort);
          resolve(reason);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.waiters.add(waiter);
    });
  }

  held(write: BackendWrite, t: number): void {
    this.heldWrites.set(write.id, { ...write, heldAt: t });
    this.notify();
  }

  /** A held write was released or discarded. */
  unheld(write: BackendWrite): void {
    this.heldWrites.delete(write.id);
  }

  heldCount(nodes: readonly string[]): number {
    let count = 0;
    for (const write of this.heldWrites.values()) if (nodes.includes(write.node)) count++;
    return count;
  }

  sent(write: SentWrite): void {
    for (let i = 0; i < write.hashes.length; i++) {
      const block = write.slba + i;
      const others = this.outstandingByBlock.get(block) ?? new Set();
      for (const other of others) this.checkRetry(other, write, block, write.hashes[i]!);
      this.outstandingByBlock.set(block, others.add(write));
    }
    this.outstanding.set(write, { blocksToApply: write.hashes.length });
    this.notify();
  }

  applied(request: BackendWrite): void {
    for (let i = 0; i < request.hashes.length; i++) {
      const block = request.slba + i;
      for (const write of this.outstandingByBlock.get(block) ?? []) {
        if (write.node !== request.node) continue;
        if (write.hashes[block - write.slba] !== request.hashes[i]) continue;
        const state = this.outstanding.get(write);
        if (!state || --state.blocksToApply !== 0) continue;
        increment(this.appliedUnanswered, write.node, 1);
        increment(this.appliedByLink, write.link, 1);
      }
    }
    this.notify();
  }

  /** The answer of a write was delivered to its host. */
  answered(write: SentWrite, success: boolean): void {
    const state = this.outstanding.get(write);
    if (!state) return;
    if (state.blocksToApply <= 0) increment(this.appliedUnanswered, write.node, -1);
    this.forget(write);
    if (success) this.checkNewerWrite(write);
    this.notify();
  }

  gaveUp(link: string, because: string): void {
    if (!this.givenUp.has(link)) this.givenUp.set(link, because);
    this.notify();
  }

  workloadEnded(name: string): void {
    this.endedWorkloads.add(name);
    this.notify();
  }

  private forget(write: SentWrite): void {
    this.outstanding.delete(write);
    for (let i = 0; i < write.hashes.length; i++) {
      this.outstandingByBlock.get(write.slba + i)?.delete(write);
    }
  }

  private checkRetry(original: SentWrite, write: SentWrite, block: number, hash: bigint): void {
    if (original.association === write.association || this.retriedFrom.has(original.link)) return;
    if (original.hashes[block - original.slba] !== hash) return;
    const because = `block ${block} of link ${original.link} sent again on link ${write.link}`;
    this.retriedFrom.set(original.link, because);
  }

  private checkNewerWrite(write: SentWrite): void {
    for (const held of this.heldWrites.values()) {
      if (held.heldAt >= write.sentAt) continue;
      for (let i = 0; i < write.hashes.length; i++) {
        const heldHash = held.hashes[write.slba + i - held.slba];
        if (heldHash === undefined || heldHash === write.hashes[i]) continue;
        this.newerWrite = `a newer write over held block ${write.slba + i} was acknowledged on link ${write.link}`;
        return;
      }
    }
  }

  private notify(): void {
    for (const waiter of this.waiters) {
      const because = this.seen(waiter.event);
      if (because === null) continue;
      this.waiters.delete(waiter);
      waiter.resolve(because);
    }
  }

  /** The reason for which an event counts as seen, or null. */
  private seen(event: TriggerEvent): string | null {
    switch (event.kind) {
      case 'held': {
        const count = this.heldCount(event.nodes);
        return count >= event.writes ? `${count} writes held at ${event.nodes.join(', ')}` : null;
      }
      case 'appliedUnanswered': {
        const count = sum(event.nodes.map((node) => this.appliedUnanswered.get(node) ?? 0));
        return count >= event.writes
          ? `${count} writes applied and unanswered at ${event.nodes.join(', ')}`
          : null;
      }
      case 'newerWriteAcknowledged':
        return this.newerWrite;
      case 'firstRetry':
        return firstOf(event.links, this.retriedFrom);
      case 'giveUp':
        return firstOf(event.links, this.givenUp);
      case 'writes': {
        const least = Math.min(...event.links.map((link) => this.appliedByLink.get(link) ?? 0));
        return least >= event.count ? `${least} writes applied on each of ${event.links.join(', ')}` : null;
      }
      case 'workloadEnded':
        return event.workloads.every((name) => this.endedWorkloads.has(name))
          ? `${event.workloads.join(', ')} ended`
          : null;
    }
  }
}

function increment(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function firstOf(keys: readonly string[], reasons: ReadonlyMap<string, string>): string | null {
  for (const key of keys) {
    const reason = reasons.get(key);
    if (reason !== undefined) return reason;
  }
  return null;
}
