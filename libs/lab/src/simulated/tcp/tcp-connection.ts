import { tcpFlag } from '@fenceline/capture';
import { NS_PER_MS, NS_PER_S, type Scheduler } from '@fenceline/contracts';
import type { Connection, ConnectionUser } from '@fenceline/reference';
import { Alarm } from './alarm.js';
import { longestPayload } from '../../frame-writer.js';
import { ReceiveQueue } from './receive-queue.js';
import { SendBuffer } from './send-buffer.js';

/** Times and counts as Linux has them. */
const retransmitAfterNs = 200 * NS_PER_MS;
const longestRetransmitNs = 120 * NS_PER_S;
const retransmissions = 15;
const synRetransmitAfterNs = NS_PER_S;
const synRetransmissions = 6;
const delayedAckNs = 40 * NS_PER_MS;
const duplicateAcks = 3;

/** Bytes that may be on their way: less than the window that both sides always offer. */
const mostInFlight = 1024 * 1024;

const { syn, fin, rst, psh, ack } = tcpFlag;

/** A segment as it came, the ports left out. */
export interface ArrivedSegment {
  sequence: number;
  acknowledgement: number;
  flags: number;
  /** Only lent. */
  payload: Uint8Array;
}

/** Writes a segment's payload. */
export type Fill = (into: Uint8Array) => void;

/** What a connection needs of the stack that it is part of. */
export interface TcpOwner {
  scheduler: Scheduler;
  /** Sends a segment of which `fill` writes the payload, if there is any. */
  transmit(
    sequence: number,
    acknowledgement: number,
    flags: number,
    payloadBytes: number,
    fill?: Fill,
  ): void;
  /** The connection has no state any more: what still comes for it is answered with RST. */
  forgotten(): void;
}

type State = 'syn-sent' | 'syn-received' | 'open' | 'over';

/**
 * One side of a TCP connection (RFC 9293), as far as links need it that lose and hold frames but never reorder them:
 * retransmission with back-off and after three duplicate acknowledgements (RFC 6298, 5681), delayed
 * acknowledgements, FIN and RST. Windows never close, as users take what comes at once; there is no congestion.
 *
 * A stream is counted from its first byte: offset 0 has sequence number ISS + 1; the FIN takes one more.
 */
export class TcpConnection implements Connection {
  #state: State;
  readonly #out = new SendBuffer();
  /** First offset that is not acknowledged, and first that was never sent. */
  #unacknowledged = 0;
  #next = 0;
  /** Offset of our FIN, once the user has ended. */
  #finAt: number | null = null;
  /** While what was sent before this offset is being sent again. */
  #recoverTo = 0;
  #retries = 0;
  #duplicateAcks = 0;
  readonly #in = new ReceiveQueue();
  #remoteInitial = 0;
  #remoteFinAt: number | null = null;
  #remoteEnded = false;
  /** Segments that are not acknowledged yet. */
  #toAcknowledge = 0;
  #flushAsked = false;
  #toldClosed = false;
  readonly #retransmit: Alarm;
  readonly #delayedAck: Alarm;

  /**
   * @param initial our initial sequence number (ISS)
   * @param opened is told once the connection is there, and gives its user where that is known only then
   */
  private constructor(
    private readonly owner: TcpOwner,
    private readonly initial: number,
    state: State,
    private user: ConnectionUser | null,
    private readonly opened: (connection: TcpConnection) => ConnectionUser,
  ) {
    this.#state = state;
    this.#retransmit = new Alarm(owner.scheduler, () => this.#timedOut());
    this.#delayedAck = new Alarm(owner.scheduler, () => this.#acknowledge());
  }

  /** Begins to open a connection. */
  static dial(
    owner: TcpOwner,
    initial: number,
    user: ConnectionUser & { opened(): void },
  ): TcpConnection {
    const connection = new TcpConnection(owner, initial, 'syn-sent', user, () => {
      user.opened();
      return user;
    });
    connection.#sendSyn();
    return connection;
  }

  /** Answers a SYN. */
  static accept(
    owner: TcpOwner,
    initial: number,
    remoteInitial: number,
    opened: (connection: TcpConnection) => ConnectionUser,
  ): TcpConnection {
    const connection = new TcpConnection(owner, initial, 'syn-received', null, opened);
    connection.#remoteInitial = remoteInitial;
    connection.#sendSyn();
    return connection;
  }

  send(bytes: Uint8Array): void {
    if (this.#state === 'over' || this.#finAt !== null) return;
    this.#out.push(bytes);
    this.#flushSoon();
  }

  end(): void {
    if (this.#state === 'over' || this.#finAt !== null) return;
    this.#finAt = this.#out.end;
    this.#flushSoon();
  }

  abort(): void {
    if (this.#state === 'over') return;
    const knownToRemote = this.#state !== 'syn-sent';
    this.#toldClosed = true;
    this.#forget();
    if (knownToRemote) this.#transmit(this.#sequenceOf(this.#next), rst | ack);
  }

  /** Takes a segment of the other side. */
  receive(segment: ArrivedSegment): void {
    if (this.#state === 'syn-sent') {
      this.#receiveInSynSent(segment);
      return;
    }
    const offset = this.#offsetOf(segment.sequence);
    if (segment.flags & rst) {
      this.#receiveReset(offset);
      return;
    }
    if (segment.flags & syn) {
      // A SYN that came again: our answer to it was lost.
      if (this.#state === 'syn-received') this.#sendSyn();
      else this.#acknowledge();
      return;
    }
    if (this.#state === 'syn-received' && !this.#openedBy(segment)) return;
    if (segment.flags & ack) this.#receiveAck(segment);
    this.#receiveData(offset, segment);
  }

  #receiveInSynSent({ sequence, acknowledgement, flags }: ArrivedSegment): void {
    if ((flags & ack) === 0 || acknowledgement !== this.#sequenceOf(0)) return;
    if (flags & rst) {
      this.#lost();
      return;
    }
    if ((flags & syn) === 0) return;
    this.#remoteInitial = sequence;
    this.#open();
    this.#acknowledge();
  }

  #openedBy({ acknowledgement, flags }: ArrivedSegment): boolean {
    if ((flags & ack) === 0 || ((acknowledgement - this.#sequenceOf(0)) | 0) < 0) return false;
    this.#open();
    return true;
  }

  #open(): void {
    this.#state = 'open';
    this.#retries = 0;
    this.#retransmit.clear();
    this.user = this.opened(this);
    if (this.#out.end > 0 || this.#finAt !== null) this.#flushSoon();
  }

  /** RFC 5961, section 3: only the next sequence number resets; another one in the window is asked about. */
  #receiveReset(offset: number): void {
    const expected = this.#expected();
    if (offset === expected) this.#lost();
    else if (offset > expected) this.#acknowledge();
  }

  #receiveAck({ acknowledgement, payload, flags }: ArrivedSegment): void {
    const una = this.#unacknowledged;
    const upTo = una + ((acknowledgement - this.#sequenceOf(una)) | 0);
    if (upTo > this.#next) return;
    if (upTo <= una) {
      const isDuplicate = upTo === una && payload.length === 0 && (flags & fin) === 0;
      if (!isDuplicate || this.#next === una) return;
      if (++this.#duplicateAcks === duplicateAcks && this.#recoverTo <= una) this.#recover();
      return;
    }
    this.#unacknowledged = upTo;
    this.#duplicateAcks = 0;
    this.#retries = 0;
    this.#out.forget(upTo);
    if (upTo < this.#recoverTo) this.#sendAgain();
    if (upTo < this.#next) this.#retransmit.set(this.#now() + retransmitAfterNs);
    else this.#retransmit.clear();
    if (this.#end() > this.#next) this.#flushSoon();
  }

  #receiveData(offset: number, { payload, flags }: ArrivedSegment): void {
    if (flags & fin) this.#remoteFinAt = offset + payload.length;
    if (payload.length === 0 && (flags & fin) === 0) return;
    const before = this.#expected();
    if (payload.length > 0) {
      for (const bytes of this.#in.take(offset, payload)) {
        if (this.#isOver()) return;
        this.user?.received(bytes);
      }
    }
    if (this.#isOver()) return;
    if (!this.#remoteEnded && this.#remoteFinAt === this.#in.next) {
      this.#remoteEnded = true;
      this.#acknowledge();
      this.#tellClosed();
      this.end();
      return;
    }
    // What came twice, or behind a gap, is answered at once (RFC 5681, section 4.2).
    const inOrder = offset === before && this.#expected() > before;
    if (!inOrder) this.#acknowledge();
    else if (++this.#toAcknowledge >= 2) this.#flushSoon();
    else if (!this.#delayedAck.isSet) this.#delayedAck.set(this.#now() + delayedAckNs);
  }

  /** Sends all that was asked for at this moment, at the end of it: what belongs together shares a frame. */
  #flushSoon(): void {
    if (this.#flushAsked || this.#state === 'syn-sent' || this.#state === 'syn-received') return;
    this.#flushAsked = true;
    this.owner.scheduler.at(this.#now(), () => {
      this.#flushAsked = false;
      if (!this.#isOver()) this.#flush();
    });
  }

  #flush(): void {
    const limit = Math.min(this.#end(), this.#unacknowledged + mostInFlight);
    while (this.#next < limit) this.#next = this.#sendFrom(this.#next, limit);
    if (this.#toAcknowledge >= 2) this.#acknowledge();
  }

  /** Sends what lies from `offset` to `limit`, as far as it fits in a segment; returns where that ends. */
  #sendFrom(offset: number, limit: number): number {
    const bytes = Math.min(limit, this.#out.end) - offset;
    const payloadBytes = Math.min(bytes, longestPayload);
    let end = offset + payloadBytes;
    let flags = ack;
    if (payloadBytes > 0 && payloadBytes === bytes) flags |= psh;
    if (end === this.#finAt && limit > end) {
      flags |= fin;
      end++;
    }
    const fill = (into: Uint8Array): void => this.#out.copy(offset, into);
    this.#transmit(this.#sequenceOf(offset), flags, payloadBytes, fill);
    if (!this.#retransmit.isSet) this.#retransmit.set(this.#now() + retransmitAfterNs);
    return end;
  }

  #recover(): void {
    this.#recoverTo = this.#next;
    this.#sendAgain();
  }

  #sendAgain(): void {
    this.#sendFrom(this.#unacknowledged, this.#next);
  }

  #timedOut(): void {
    const opening = this.#state !== 'open';
    if (++this.#retries > (opening ? synRetransmissions : retransmissions)) {
      this.#lost();
    } else if (opening) {
      this.#sendSyn();
    } else {
      const wait = Math.min(retransmitAfterNs * 2 ** this.#retries, longestRetransmitNs);
      this.#retransmit.set(this.#now() + wait);
      this.#recover();
    }
  }

  #sendSyn(): void {
    const flags = this.#state === 'syn-sent' ? syn : syn | ack;
    this.#transmit(this.initial, flags);
    this.#retransmit.set(this.#now() + synRetransmitAfterNs * 2 ** this.#retries);
  }

  #acknowledge(): void {
    this.#transmit(this.#sequenceOf(this.#next), ack);
  }

  #transmit(sequence: number, flags: number, payloadBytes = 0, fill?: Fill): void {
    if (flags & ack) {
      this.#toAcknowledge = 0;
      this.#delayedAck.clear();
    }
    const acknowledged = flags & ack ? this.#sequenceExpected() : 0;
    this.owner.transmit(sequence, acknowledged, flags, payloadBytes, fill);
  }

  /** The other side reset it, or does not answer any more. */
  #lost(): void {
    this.#forget();
    this.#tellClosed();
  }

  #forget(): void {
    this.#state = 'over';
    this.#retransmit.clear();
    this.#delayedAck.clear();
    this.owner.forgotten();
  }

  #tellClosed(): void {
    if (this.#toldClosed) return;
    this.#toldClosed = true;
    this.user?.closed();
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  /** One past the last offset that there is to send, the FIN included. */
  #end(): number {
    return this.#finAt === null ? this.#out.end : this.#finAt + 1;
  }

  /** The next offset of the other side's stream, its FIN included. */
  #expected(): number {
    return this.#in.next + (this.#remoteEnded ? 1 : 0);
  }

  #sequenceExpected(): number {
    return (this.#remoteInitial + 1 + this.#expected()) >>> 0;
  }

  #sequenceOf(offset: number): number {
    return (this.initial + 1 + offset) >>> 0;
  }

  #offsetOf(sequence: number): number {
    const expected = this.#expected();
    return expected + ((sequence - (this.#remoteInitial + 1 + expected)) | 0);
  }

  #now(): number {
    return this.owner.scheduler.now();
  }
}
