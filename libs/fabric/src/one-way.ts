import type { Clock } from '@fenceline/contracts';
import type { CaptureFile } from './capture-file.js';
import { FaultComment } from './fault-comment.js';
import { copyOf, FrameSplitter, unitOf, type Unit } from './frame-splitter.js';
import type { Pacer } from './pacer.js';
import type { Peer } from './peer.js';
import { UnitQueue, type WaitingUnit } from './unit-queue.js';

/** One end of a link: the port of the host or of the array node. */
export type LinkEnd = 'host' | 'node';

/** The end of the link that this one is not. */
export function otherEnd(end: LinkEnd): LinkEnd {
  return end === 'host' ? 'node' : 'host';
}

/** What a direction does with the frames that enter it. */
export type DirectionState = 'up' | 'drop' | 'hold';

/**
 * Sees each frame twice: when it was read from its sender (`delivered` false) and, unless a fault lost
 * it, when it was handed to its receiver (`delivered` true). The frame is a view: read it, do not write.
 */
export type FrameObserver = (
  frame: Uint8Array,
  from: LinkEnd,
  t: number,
  delivered: boolean,
) => void;

/** Counts of one direction since the link was opened. */
export interface DirectionStats {
  state: DirectionState;
  /** Frames read from the sender. */
  sent: number;
  /** Frames handed to the receiver. */
  delivered: number;
  /** Frames that a fault dropped. */
  dropped: number;
  /** Frames that were lost because nothing was connected at the receiver's end. */
  undelivered: number;
  /** Bytes that wait for the receiver or for the end of a hold. */
  waitingBytes: number;
  /** Whether the sender is not read because too much waits. */
  paused: boolean;
}

export interface OneWayOptions {
  link: string;
  from: LinkEnd;
  clock: Clock;
  highWater: number;
  /** Capture at the sender's port. */
  sentCapture: CaptureFile;
  /** Capture at the receiver's port. */
  deliveredCapture: CaptureFile;
  observers: ReadonlySet<FrameObserver>;
  pacer: Pacer;
}

/** A unit that was not delivered when it entered: lost, or delivered later. */
const notDelivered = -1;

/**
 * One direction of a link: takes the sender's bytes, applies the fault that is in force when a frame
 * enters, hands frames over in order, captures both moments, and stops reading the sender while too
 * much waits.
 *
 * A fault acts on the frames that enter: those that are already on their way go on, and held ones stay
 * held, also through a drop, until `restore`.
 */
export class OneWay {
  readonly #options: OneWayOptions;
  readonly #splitter = new FrameSplitter();
  readonly #to: LinkEnd;
  readonly #comment: FaultComment;
  readonly #queue = new UnitQueue();
  /** Units at the head of the queue that no fault holds. */
  #free = 0;
  /** Make frames that nobody sent, which go before the queue. */
  readonly #forged: (() => Uint8Array)[] = [];
  /** The unit that the receiver's socket has not taken yet. */
  #inHand: WaitingUnit | null = null;
  #sender: Peer | null = null;
  #receiver: Peer | null = null;
  #state: DirectionState = 'up';
  #stateSince = 0;
  readonly #counts = { sent: 0, delivered: 0, dropped: 0, undelivered: 0 };
  #waitingBytes = 0;
  #paused = false;

  constructor(options: OneWayOptions) {
    this.#options = options;
    this.#to = otherEnd(options.from);
    this.#comment = new FaultComment(options.link, this.#to);
  }

  stats(): DirectionStats {
    return {
      ...this.#counts,
      state: this.#state,
      waitingBytes: this.#waitingBytes,
      paused: this.#paused,
    };
  }

  setSender(peer: Peer): void {
    this.#sender = peer;
    this.#paused = false;
    this.regulate();
  }

  /** The sender is gone. Returns what is wrong with the stream that it left, or null. */
  senderGone(): string | null {
    this.#sender = null;
    return this.#splitter.insideFrame ? 'its socket ended inside a frame' : null;
  }

  setReceiver(peer: Peer): void {
    this.#receiver = peer;
  }

  /** The receiver is gone: what waits for it is lost, what a fault holds is kept. */
  receiverGone(): void {
    this.#receiver = null;
    this.#sendWaiting();
  }

  /**
   * Takes a chunk of the sender's stream. Returns what is wrong with it, or null. Its memory may be overwritten
   * afterwards unless it `needs` it.
   */
  receive(chunk: Buffer): string | null {
    const { clock, observers, pacer } = this.#options;
    const t = clock.now();
    const before = this.#counts.sent;
    const units: Unit[] = [];
    const problem = this.#splitter.push(chunk, units);
    if (units.length === 0) return problem;
    const deliveredAt = units.map((unit) => this.#enter(unit, t));
    pacer.came(this.#counts.sent - before);
    if (observers.size > 0) {
      // Only now: an observer may change this link, and everything of this chunk is captured.
      units.forEach((unit, index) => {
        this.#tell(unit, t, false);
        const delivered = deliveredAt[index]!;
        if (delivered !== notDelivered) this.#tell(unit, delivered, true);
      });
    }
    this.regulate();
    return problem;
  }

  /** Whether the receiver's socket has still to take bytes out of this memory. */
  needs(memory: ArrayBufferLike): boolean {
    return this.#inHand?.bytes.buffer === memory;
  }

  /** The unit in hand was taken by the receiver's socket, or never will be. */
  sent(handedOver: boolean): void {
    const unit = this.#inHand;
    if (unit === null) return;
    this.#inHand = null;
    this.#waitingBytes -= unit.bytes.length;
    if (handedOver) this.#deliveredLate(unit);
    else this.#counts.undelivered += unit.frames.length;
    this.#sendWaiting();
  }

  /** Changes what happens to the frames that enter from now on; `up` releases what was held, in order. */
  setState(state: DirectionState): void {
    const before = this.#state;
    if (state === before) return;
    const t = this.#options.clock.now();
    for (const note of this.#comment.changes(before, this.#stateSince, state, t)) this.#note(note);
    this.#state = state;
    this.#stateSince = t;
    if (state === 'up') {
      this.#free = this.#queue.length;
      this.#sendWaiting();
    }
    this.regulate();
  }

  /** See `Link.forge`. */
  forge(make: () => Uint8Array): void {
    this.#forged.push(make);
    this.#sendWaiting();
  }

  /** Stops or resumes reading the sender. */
  regulate(): void {
    const { highWater, sentCapture, deliveredCapture } = this.#options;
    const enough = this.#paused ? highWater / 2 : highWater;
    const pause =
      sentCapture.full ||
      deliveredCapture.full ||
      (this.#state !== 'drop' && this.#waitingBytes >= enough);
    if (pause === this.#paused || this.#sender === null) return;
    this.#paused = pause;
    if (pause) this.#sender.pause();
    else this.#sender.resume();
  }

  /** Applies the state in force to a unit that was read at `t`; returns when it was delivered. */
  #enter(unit: Unit, t: number): number {
    this.#counts.sent += unit.frames.length;
    if (this.#state === 'drop') {
      this.#counts.dropped += unit.frames.length;
      this.#captureSent(unit, t, this.#comment.dropped());
      return notDelivered;
    }
    if (this.#state === 'hold') {
      this.#wait(unit, t);
      this.#captureSent(unit, t, this.#comment.held());
      return notDelivered;
    }
    if (this.#inHand !== null || this.#queue.length > 0) {
      this.#wait(unit, -1);
      this.#free++;
      this.#captureSent(unit, t, null);
      return notDelivered;
    }
    // The frame goes first, its captures follow: they cost it no time.
    const result = this.#receiver?.send(unit.bytes) ?? 'gone';
    switch (result) {
      case 'handed-over': {
        const delivered = this.#options.clock.now();
        this.#delivered(unit, delivered, null, this.#captureSent(unit, t, null));
        return delivered;
      }
      case 'waits':
        this.#inHand = { ...unit, heldAt: -1, forged: false };
        this.#waitingBytes += unit.bytes.length;
        this.#captureSent(unit, t, null);
        return notDelivered;
      case 'gone':
        this.#counts.undelivered += unit.frames.length;
        this.#captureSent(unit, t, `not delivered: nothing is connected at the ${this.#to}'s end`);
        return notDelivered;
    }
  }

  #wait(unit: Unit, heldAt: number): void {
    this.#queue.push({ ...copyOf(unit), heldAt, forged: false });
    this.#waitingBytes += unit.bytes.length;
  }

  /** What is handed over next; null while the receiver has not taken the one before, or where there is none. */
  #nextUnit(): WaitingUnit | null {
    if (this.#inHand !== null) return null;
    const make = this.#forged.shift();
    if (make !== undefined) {
      const unit = { ...unitOf(make()), heldAt: -1, forged: true };
      this.#waitingBytes += unit.bytes.length;
      return unit;
    }
    if (this.#free === 0) return null;
    this.#free--;
    return this.#queue.shift()!;
  }

  /** Hands over what no fault holds, as far as the receiver takes it. */
  #sendWaiting(): void {
    for (let unit = this.#nextUnit(); unit !== null; unit = this.#nextUnit()) {
      const result = this.#receiver?.send(unit.bytes) ?? 'gone';
      if (result === 'waits') {
        this.#inHand = unit;
        break;
      }
      this.#waitingBytes -= unit.bytes.length;
      if (result === 'handed-over') this.#deliveredLate(unit);
      else this.#counts.undelivered += unit.frames.length;
    }
    this.regulate();
  }

  /** Returns the unit as it was captured, for the other capture. */
  #captureSent({ frames }: Unit, t: number, comment: string | null): Uint8Array | null {
    return this.#options.sentCapture.packets(t, frames, 'outbound', comment);
  }

  /** Counts and captures a unit that was handed over at `t`, and how it waited. */
  #delivered(
    { frames }: Unit,
    t: number,
    comment: string | null,
    encoded: Uint8Array | null = null,
  ): void {
    this.#counts.delivered += frames.length;
    this.#options.deliveredCapture.packets(t, frames, 'inbound', comment, encoded);
  }

  /** The same for a unit that had to wait and was handed over just now. */
  #deliveredLate(unit: WaitingUnit): void {
    const t = this.#options.clock.now();
    this.#delivered(unit, t, this.#commentOn(unit, t));
    this.#tell(unit, t, true);
  }

  #commentOn({ forged, heldAt }: WaitingUnit, t: number): string | null {
    if (forged) return this.#comment.forged();
    return heldAt < 0 ? null : this.#comment.released(t - heldAt);
  }

  #tell(unit: Unit, t: number, delivered: boolean): void {
    const { observers, from } = this.#options;
    if (observers.size === 0) return;
    for (const frame of unit.frames) {
      for (const observer of observers) observer(frame, from, t, delivered);
    }
  }

  /** A text for the next packet at both vantage points. */
  #note(text: string): void {
    this.#options.sentCapture.note(text);
    this.#options.deliveredCapture.note(text);
  }
}
