import type { Scheduler, TriggerEvent } from '@fenceline/contracts';
import { forEachBlock, type Association, type Command, type PayloadId } from '@fenceline/history';

/** A write request as the backend has it; its payloads are numbered as those of the commands are. */
export interface BackendWrite {
  id: number;
  node: string;
  /** The link by whose port it came, where each port has an export of its own; null where it is not known. */
  link: string | null;
  slba: number;
  payloads: readonly PayloadId[];
}

/** A write that is not answered yet. */
interface Outstanding {
  node: string;
  link: string;
  blocksToApply: number;
}

/** A write that the backend holds, with the links on which the host sent it. */
interface HeldWrite extends BackendWrite {
  heldAt: number;
  links: ReadonlySet<string>;
}

interface Waiter {
  event: TriggerEvent;
  callback: (because: string) => void;
  /** Ends the call that was asked for, once the event has been seen. */
  cancel: (() => void) | null;
}

/**
 * What the lab has seen so far of its own experiment, for the steps of the timeline that wait for an event.
 *
 * It decides when faults begin and end, never the verdict: that is judged from the recording alone.
 */
export class Observations {
  private readonly outstanding = new Map<Command, Outstanding>();
  /** A list that is empty is kept: there are as many as blocks, and each is soon needed again. */
  private readonly outstandingByBlock = new Map<number, Command[]>();
  private readonly heldWrites = new Map<number, HeldWrite>();
  private readonly appliedUnanswered = new Map<string, number>();
  private readonly appliedByLink = new Map<string, number>();
  private readonly retriedOn = new Map<string, string>();
  private readonly givenUp = new Occurrences();
  private readonly ccrsSent = new Occurrences();
  private readonly ccrsAccepted = new Occurrences();
  private readonly ccrEvents = new Occurrences();
  private readonly reconnected = new Occurrences();
  /** Hosts and links that had an association already. */
  private readonly onceConnected = new Set<string>();
  private readonly endedWorkloads = new Set<string>();
  private newerWrite: string | null = null;
  private readonly waiters = new Set<Waiter>();

  /** @param tell is told, in words, what an onlooker waits for: give-ups, the first retries, newer writes */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly tell: (text: string) => void = () => undefined,
  ) {}

  /**
   * Calls back with the reason in words once the event has been seen, never before this returns and never amid what
   * tells of the event: the caller may change links and backend there. Returns what ends the waiting.
   */
  await(event: TriggerEvent, callback: (because: string) => void): () => void {
    const waiter: Waiter = { event, callback, cancel: null };
    this.waiters.add(waiter);
    this.check(waiter);
    return () => {
      this.waiters.delete(waiter);
      waiter.cancel?.();
    };
  }

  held(write: BackendWrite, t: number): void {
    this.heldWrites.set(write.id, { ...write, heldAt: t, links: this.linksOf(write) });
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

  sent(write: Command, { link, node }: Association): void {
    this.outstanding.set(write, { node, link, blocksToApply: write.blocks });
    forEachBlock(write, (block) => {
      const others = this.outstandingByBlock.get(block);
      if (others) others.push(write);
      else this.outstandingByBlock.set(block, [write]);
    });
  }

  /** Blocks of unanswered writes of one link were sent again on another association. */
  retried(write: Command, from: string, to: string): void {
    if (this.retriedOn.has(to)) return;
    const because = `block ${write.slba} of link ${from} was sent again on link ${to}`;
    this.retriedOn.set(to, because);
    this.tell(because);
    this.notify();
  }

  applied(request: BackendWrite): void {
    for (let i = 0; i < request.payloads.length; i++) {
      const block = request.slba + i;
      for (const write of this.outstandingByBlock.get(block) ?? []) {
        const state = this.outstanding.get(write);
        if (!state || !cameBy(state, request)) continue;
        if (write.payloads[block - write.slba] !== request.payloads[i]) continue;
        if (--state.blocksToApply !== 0) continue;
        increment(this.appliedUnanswered, state.node, 1);
        increment(this.appliedByLink, state.link, 1);
      }
    }
    this.notify();
  }

  /** The answer of a write was delivered to its host. */
  answered(write: Command): void {
    const state = this.outstanding.get(write);
    if (!state) return;
    if (state.blocksToApply <= 0) increment(this.appliedUnanswered, state.node, -1);
    this.outstanding.delete(write);
    forEachBlock(write, (block) => {
      const there = this.outstandingByBlock.get(block);
      const at = there?.indexOf(write) ?? -1;
      if (at >= 0) there!.splice(at, 1);
    });
    if (write.status === 0) this.checkNewerWrite(write, state.link);
    this.notify();
  }

  gaveUp({ link, label }: Association): void {
    this.occurred(this.givenUp, link, `${label} was given up`);
  }

  /** A CCR was sent to a source controller; `source` is the host's association with it. */
  ccrSent({ link, label }: Association): void {
    this.occurred(this.ccrsSent, link, `a CCR was sent by ${label}`);
  }

  /** A source controller took a CCR, and the operation goes on. */
  ccrAccepted({ link, label }: Association): void {
    this.occurred(this.ccrsAccepted, link, `a CCR of ${label} was accepted`);
  }

  /** The event of a completed CCR came. */
  ccrEvent({ link, label }: Association): void {
    this.occurred(this.ccrEvents, link, `${label} was told of a completed CCR`);
  }

  /** The first I/O queue of an association is up: an event where the host had one over that link before. */
  connected({ host, link, label }: Association): void {
    const path = `${host} ${link}`;
    const again = this.onceConnected.has(path);
    this.onceConnected.add(path);
    if (again) this.occurred(this.reconnected, link, `${label} is connected`);
  }

  workloadEnded(name: string): void {
    this.endedWorkloads.add(name);
    this.notify();
  }

  private occurred(occurrences: Occurrences, link: string, because: string): void {
    occurrences.add(link, because);
    this.tell(because);
    this.notify();
  }

  /** The links of the unanswered commands that a request of the backend may come from. */
  private linksOf(request: BackendWrite): Set<string> {
    const links = new Set<string>();
    for (let i = 0; i < request.payloads.length; i++) {
      const block = request.slba + i;
      for (const write of this.outstandingByBlock.get(block) ?? []) {
        const state = this.outstanding.get(write);
        if (!state || !cameBy(state, request)) continue;
        if (write.payloads[block - write.slba] === request.payloads[i]) links.add(state.link);
      }
    }
    return links;
  }

  private checkNewerWrite(write: Command, link: string): void {
    for (const held of this.heldWrites.values()) {
      if (held.heldAt >= write.sentAt || held.links.has(link)) continue;
      for (let i = 0; i < write.payloads.length; i++) {
        const payload = held.payloads[write.slba + i - held.slba];
        if (payload === undefined || payload === write.payloads[i]) continue;
        const because = `a newer write over held block ${write.slba + i} was acknowledged on link ${link}`;
        if (this.newerWrite === null) this.tell(because);
        this.newerWrite = because;
        return;
      }
    }
  }

  private notify(): void {
    for (const waiter of this.waiters) this.check(waiter);
  }

  private check(waiter: Waiter): void {
    const because = this.seen(waiter.event);
    if (because === null) return;
    this.waiters.delete(waiter);
    waiter.cancel = this.scheduler.at(this.scheduler.now(), () => waiter.callback(because));
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
        return firstOf(event.links, this.retriedOn);
      case 'giveUp':
        return this.givenUp.reached(event);
      case 'ccrSent':
        return this.ccrsSent.reached(event);
      case 'ccrAccepted':
        return this.ccrsAccepted.reached(event);
      case 'ccrEvent':
        return this.ccrEvents.reached(event);
      case 'connected':
        return this.reconnected.reached(event);
      case 'writes': {
        const least = Math.min(...event.links.map((link) => this.appliedByLink.get(link) ?? 0));
        return least >= event.count
          ? `${least} writes applied on each of ${event.links.join(', ')}`
          : null;
      }
      case 'workloadEnded':
        return event.workloads.every((name) => this.endedWorkloads.has(name))
          ? `${event.workloads.join(', ')} ended`
          : null;
    }
  }
}

/** Whether a request of the backend may be of a command that was sent so. */
function cameBy(sent: Outstanding, { node, link }: BackendWrite): boolean {
  return sent.node === node && (link === null || sent.link === link);
}

/** How often something happened on each link, and what it was. */
class Occurrences {
  private readonly reasons: { link: string; because: string }[] = [];

  add(link: string, because: string): void {
    this.reasons.push({ link, because });
  }

  /** The reason of the occurrence that made up the number, or null. */
  reached({ links, count }: { links: readonly string[]; count: number }): string | null {
    return this.reasons.filter(({ link }) => links.includes(link))[count - 1]?.because ?? null;
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
