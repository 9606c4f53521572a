import { tcpFlag } from '../frame/index.js';
import { OrderedStream, type ByteSink } from './ordered-stream.js';
import type { Segment } from './segment.js';
import { SentWindow } from './sent-window.js';
import type { View } from './side.js';

/** What happens in one direction of a connection. */
export interface HalfConnectionListener {
  /** Bytes that the sender had not sent before, in order. */
  readonly sent: ByteSink;
  /** Bytes that were delivered and all before them too, in order. */
  readonly delivered: ByteSink;
  /** The sender closed its half, or the connection: its first FIN or RST, as it was sent. */
  onClosed(by: 'fin' | 'rst', t: number, frame: number): void;
  /**
   * A RST was delivered that the receiver's TCP takes: its sequence number is the very one that is expected next (RFC 5961,
   * section 3.2). Behind the sender's FIN that is one more, and the number of the FIN itself is taken too, as Linux does.
   * The receiver's end of the connection is gone with it, and has nothing left to close.
   */
  onReset?(t: number, frame: number): void;
  /**
   * A retransmission carries another byte at `position` of the stream than was sent there first. Without this no sent
   * byte is kept for comparison.
   */
  onChanged?(position: number, t: number, frame: number): void;
  /** The receiver sent an ACK of all bytes before `position`, further than any before. */
  onAcknowledged?(position: number, frame: number): void;
  /** Bytes up to `position` were delivered that were never seen being sent. */
  onNeverSent(position: number, t: number, frame: number): void;
  /**
   * The receiver acknowledged bytes up to `position` that were never seen being delivered to it. `frame` is
   * 0 when that is found at the end.
   */
  onNeverDelivered(position: number, t: number, frame: number): void;
  /**
   * Bytes behind `position` stand behind a gap: more than any receiver's window holds, or, in what was sent,
   * some at the end. The capture lacks frames. `frame` is 0 at the end.
   */
  onGap(view: View, position: number, t: number, frame: number): void;
}

/**
 * One direction of a TCP connection, seen at both of its ends: what the sender sent, each byte once, and
 * what was delivered in order. Retransmissions, reordering, overlap and loss are resolved here.
 */
export class HalfConnection {
  readonly sent: OrderedStream;
  readonly delivered: OrderedStream;
  /** Sequence number of the SYN; null when the SYN was not seen. */
  initialSequence: number | null = null;
  /** When the sender's first FIN or RST was sent; Infinity before. */
  closedAt = Number.POSITIVE_INFINITY;
  /** Bytes before this position were acknowledged by the receiver (its ACK may have been lost). */
  acknowledged = 0;
  /** Bytes before this position have been sent more than once. */
  retransmittedEnd = 0;
  /** Segments that carried nothing new. */
  retransmissions = 0;
  /** Position of the FIN that was delivered; -1 before. It takes a sequence number and is no byte. */
  #finAt = -1;
  readonly #window: SentWindow | null;
  readonly #listener: HalfConnectionListener;

  constructor(listener: HalfConnectionListener) {
    this.#listener = listener;
    this.#window = listener.onChanged === undefined ? null : new SentWindow();
    this.sent = new OrderedStream(keeping(this.#window, listener.sent), 'first-seen');
    this.delivered = new OrderedStream(listener.delivered, 'contiguous');
  }

  /** A segment of this direction, seen at the sender's or at the receiver's port. */
  take(view: View, segment: Segment): void {
    if (!this.sent.known) this.#begin(segment);
    const sequence = segment.flags & tcpFlag.syn ? segment.sequence + 1 : segment.sequence;
    if (view === 'sent') this.#takeSent(segment, sequence);
    else {
      if (segment.end > segment.start) this.#takeDelivered(segment, sequence);
      if (segment.flags & tcpFlag.fin) {
        this.#finAt = this.delivered.positionOf(sequence) + segment.end - segment.start;
      }
      if (segment.flags & tcpFlag.rst) this.#takeReset(segment);
    }
  }

  /** An ACK in a segment of the other direction, sent by the receiver or delivered to the sender. */
  acknowledge(view: View, segment: Segment): void {
    if (!this.sent.known) return;
    // An acknowledged FIN counts one: never more than what was sent.
    const position = Math.min(this.sent.positionOf(segment.acknowledgement), this.sent.position);
    if (view === 'delivered') {
      this.#window?.release(position);
      return;
    }
    // The ACK before this one: what it acknowledges was delivered well before, whatever the clock's steps.
    this.#checkAcknowledged(segment.t, segment.frame);
    if (position <= this.acknowledged) return;
    this.acknowledged = position;
    this.#listener.onAcknowledged?.(position, segment.frame);
  }

  /** No more segments will come: tells what was acknowledged and not delivered, and what is missing. */
  finish(t: number): void {
    this.#checkAcknowledged(t, 0);
    if (this.sent.earlyBytes > 0) this.#listener.onGap('sent', this.sent.position, t, 0);
  }

  #checkAcknowledged(t: number, frame: number): void {
    if (this.acknowledged <= this.delivered.position) return;
    this.#listener.onNeverDelivered(this.acknowledged, t, frame);
  }

  #begin(segment: Segment): void {
    const isSyn = (segment.flags & tcpFlag.syn) !== 0;
    if (isSyn) this.initialSequence = segment.sequence;
    const first = (segment.sequence + (isSyn ? 1 : 0)) | 0;
    this.sent.begin(first);
    this.delivered.begin(first);
  }

  #takeSent(segment: Segment, sequence: number): void {
    const { bytes, start, end, t, frame } = segment;
    if (end > start) {
      const from = this.sent.positionOf(sequence);
      const oldEnd = Math.min(from + end - start, this.sent.position);
      if (oldEnd > from) {
        this.retransmissions++;
        if (oldEnd > this.retransmittedEnd) this.retransmittedEnd = oldEnd;
        const end = start + oldEnd - from;
        const differs = this.#window?.firstDifference(from, bytes, start, end) ?? -1;
        if (differs >= 0) this.#listener.onChanged?.(differs, t, frame);
      }
      if (!this.sent.take(sequence, bytes, start, end, t, frame)) {
        this.#listener.onGap('sent', this.sent.position, t, frame);
      }
    }
    if (segment.flags & (tcpFlag.fin | tcpFlag.rst) && this.closedAt === Number.POSITIVE_INFINITY) {
      this.closedAt = t;
      this.#listener.onClosed(segment.flags & tcpFlag.rst ? 'rst' : 'fin', t, frame);
    }
  }

  #takeReset({ sequence, t, frame }: Segment): void {
    const beyond = this.delivered.positionOf(sequence) - this.delivered.position;
    const closed = this.#finAt === this.delivered.position;
    if (beyond === 0 || (closed && beyond === 1)) this.#listener.onReset?.(t, frame);
  }

  #takeDelivered(segment: Segment, sequence: number): void {
    const { bytes, start, end, t, frame } = segment;
    const to = this.delivered.positionOf(sequence) + end - start;
    if (to > this.sent.highest) this.#listener.onNeverSent(to, t, frame);
    if (!this.delivered.take(sequence, bytes, start, end, t, frame)) {
      this.#listener.onGap('delivered', this.delivered.position, t, frame);
    }
  }
}

/** What keeps the bytes in a window, if there is one, before it passes them on. */
function keeping(window: SentWindow | null, sink: ByteSink): ByteSink {
  if (window === null) return sink;
  return {
    push(bytes, start, end, t, frame) {
      window.append(bytes, start, end);
      sink.push(bytes, start, end, t, frame);
    },
  };
}
