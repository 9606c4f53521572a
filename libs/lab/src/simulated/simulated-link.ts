import { PcapngEncoder, type PacketDirection } from '@fenceline/capture';
import type { LinkDirection, Scheduler } from '@fenceline/contracts';
import {
  FaultComment,
  otherEnd,
  type DirectionState,
  type FrameObserver,
  type LinkEnd,
} from '@fenceline/fabric';
import { RoomPool } from '@fenceline/nvme';
import type { Random } from '@fenceline/reference';
import type { LabLink } from '../lab-driver.js';
import { DelayLine } from './delay-line.js';

/** A frame is on its way for so long, and up to so much longer. */
const latencyNs = 20_000;
const jitterNs = 20_000;
/**
 * A network card needs so long for a frame that it is given to send. So what is sent because of something that was
 * delivered has a later time stamp, as on every machine, and not the same.
 */
const cardNs = 5_000;

export interface SimulatedLinkOptions {
  name: string;
  scheduler: Scheduler;
  /** Decides how long each frame is on its way. */
  random: Random;
}

/**
 * An Ethernet cable on virtual time. As in the fabric of a real lab, every frame is captured where it was sent and
 * where it arrived, and a fault acts on the frames that enter: those on their way go on, held ones are kept until
 * the direction is restored.
 */
export class SimulatedLink implements LabLink {
  readonly name: string;
  /** Frames to be sent come from here, and the link gives them back when they are gone. */
  readonly frames = new RoomPool();
  readonly #captures: Record<LinkEnd, SimulatedCapture>;
  readonly #observers = new Set<FrameObserver>();
  /** The two directions, named by their sender. */
  readonly #from: Record<LinkEnd, SimulatedDirection>;

  constructor(private readonly options: SimulatedLinkOptions) {
    const { name } = options;
    this.name = name;
    const captures = {
      host: new SimulatedCapture(name, 'host'),
      node: new SimulatedCapture(name, 'node'),
    };
    const direction = (from: LinkEnd): SimulatedDirection =>
      new SimulatedDirection(options, from, captures, this.#observers, this.frames);
    this.#captures = captures;
    this.#from = { host: direction('host'), node: direction('node') };
  }

  /** Plugs a network card in; gives back what sends a frame from it. A frame that it receives is only lent. */
  plug(end: LinkEnd, receive: (frame: Uint8Array) => void): (frame: Uint8Array) => void {
    this.#from[otherEnd(end)].receiver = receive;
    const outgoing = this.#from[end];
    const { scheduler } = this.options;
    const card = new DelayLine<Uint8Array>(scheduler, (frame) => outgoing.enter(frame));
    return (frame) => card.put(frame, scheduler.now() + cardNs);
  }

  drop(direction: LinkDirection): void {
    this.#setState(direction, 'drop');
  }

  hold(direction: LinkDirection): void {
    this.#setState(direction, 'hold');
  }

  restore(direction: LinkDirection): void {
    this.#setState(direction, 'up');
  }

  forge(to: LinkEnd, make: () => Uint8Array): void {
    this.#from[otherEnd(to)].forge(make());
  }

  observe(observer: FrameObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Hands over the capture of one end, as the bytes of its file; nothing is captured into it afterwards. */
  capture(end: LinkEnd): Uint8Array[] {
    return this.#captures[end].pieces();
  }

  #setState(direction: LinkDirection, state: DirectionState): void {
    if (direction !== 'to-host') this.#from.host.setState(state);
    if (direction !== 'to-node') this.#from.node.setState(state);
  }
}

interface FrameOnItsWay {
  frame: Uint8Array;
  /** Since when a fault held the frame; -1 where none did. */
  heldAt: number;
}

class SimulatedDirection {
  receiver: ((frame: Uint8Array) => void) | null = null;
  readonly #to: LinkEnd;
  readonly #comment: FaultComment;
  readonly #onItsWay: DelayLine<FrameOnItsWay>;
  #state: DirectionState = 'up';
  #stateSince = 0;
  #held: FrameOnItsWay[] = [];
  /** When the last frame arrives: no later one overtakes it. */
  #lastArrival = 0;

  constructor(
    private readonly options: SimulatedLinkOptions,
    private readonly from: LinkEnd,
    private readonly captures: Record<LinkEnd, SimulatedCapture>,
    private readonly observers: ReadonlySet<FrameObserver>,
    private readonly frames: RoomPool,
  ) {
    this.#to = otherEnd(from);
    this.#comment = new FaultComment(options.name, this.#to);
    this.#onItsWay = new DelayLine(options.scheduler, (one) => this.#arrive(one));
  }

  enter(frame: Uint8Array): void {
    const t = this.options.scheduler.now();
    switch (this.#state) {
      case 'drop':
        this.captures[this.from].sent(t, frame, this.#comment.dropped());
        break;
      case 'hold':
        this.captures[this.from].sent(t, frame, this.#comment.held());
        this.#held.push({ frame, heldAt: t });
        break;
      case 'up':
        this.captures[this.from].sent(t, frame, null);
        this.#forward({ frame, heldAt: -1 });
    }
    for (const observer of this.observers) observer(frame, this.from, t, false);
    if (this.#state === 'drop') this.frames.giveBack(frame);
  }

  setState(state: DirectionState): void {
    const before = this.#state;
    if (state === before) return;
    const t = this.options.scheduler.now();
    for (const note of this.#comment.changes(before, this.#stateSince, state, t)) {
      this.captures.host.note(note);
      this.captures.node.note(note);
    }
    this.#state = state;
    this.#stateSince = t;
    if (state !== 'up') return;
    for (const one of this.#held) this.#forward(one);
    this.#held = [];
  }

  #forward(one: FrameOnItsWay): void {
    const { scheduler, random } = this.options;
    const earliest = scheduler.now() + latencyNs + (random() % jitterNs);
    this.#lastArrival = Math.max(earliest, this.#lastArrival);
    this.#onItsWay.put(one, this.#lastArrival);
  }

  forge(frame: Uint8Array): void {
    this.#deliver(frame, this.#comment.forged());
  }

  #arrive({ frame, heldAt }: FrameOnItsWay): void {
    const afterNs = this.options.scheduler.now() - heldAt;
    this.#deliver(frame, heldAt < 0 ? null : this.#comment.released(afterNs));
    this.frames.giveBack(frame);
  }

  #deliver(frame: Uint8Array, comment: string | null): void {
    const t = this.options.scheduler.now();
    this.captures[this.#to].arrived(t, frame, comment);
    for (const observer of this.observers) observer(frame, this.from, t, true);
    this.receiver?.(frame);
  }
}

/** A capture is put together of pieces of this size, so that none of it is moved while it grows. */
const pieceBytes = 256 * 1024;

/** What a packet takes beside its frame, with as much comment as it mostly has; for a longer one a piece grows. */
const besideFrameBytes = 512;

/** Every byte of it is written before it is read, so nothing need stand in it. */
function piece(): ArrayBuffer {
  return Buffer.allocUnsafeSlow(pieceBytes).buffer;
}

/** What one end of a link saw. */
class SimulatedCapture {
  readonly #encoder = new PcapngEncoder(piece());
  readonly #pieces: Uint8Array[] = [];
  #notes: string[] = [];

  constructor(link: string, end: LinkEnd) {
    this.#encoder.section('fenceline');
    this.#encoder.describeInterface({
      name: `${link}.${end}`,
      description: `link ${link} at the ${end}'s port`,
      timestampOffsetSeconds: 0,
    });
  }

  /** A text for the next packet. */
  note(text: string): void {
    this.#notes.push(text);
  }

  sent(t: number, frame: Uint8Array, comment: string | null): void {
    this.#add(t, frame, 'outbound', comment);
  }

  arrived(t: number, frame: Uint8Array, comment: string | null): void {
    this.#add(t, frame, 'inbound', comment);
  }

  pieces(): Uint8Array[] {
    return [...this.#pieces, this.#encoder.take(new ArrayBuffer(0))];
  }

  #add(t: number, frame: Uint8Array, direction: PacketDirection, comment: string | null): void {
    if (this.#encoder.length + frame.length + besideFrameBytes > pieceBytes) {
      this.#pieces.push(this.#encoder.take(piece()));
    }
    this.#encoder.packet(t, frame, direction, this.#comments(comment));
  }

  #comments(comment: string | null): readonly string[] | undefined {
    if (comment === null && this.#notes.length === 0) return undefined;
    const comments = this.#notes;
    this.#notes = [];
    if (comment !== null) comments.push(comment);
    return comments;
  }
}
