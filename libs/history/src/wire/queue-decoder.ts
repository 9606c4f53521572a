import type {
  ByteSink,
  ConnectionListener,
  HalfConnectionListener,
  Side,
  View,
} from '@fenceline/capture';
import {
  AdminOpcode,
  CAPSULE_ENTRY_OFFSET,
  connectQueueId,
  cqeCid,
  cqeDword0,
  cqeStatus,
  dataCid,
  dsmRangeBlocks,
  dsmRangeSlba,
  DSM_RANGE_BYTES,
  fabricsType,
  FabricsType,
  PduDecoder,
  PduFlag,
  pduName,
  PduType,
  sqeOpcode,
  termFatalErrorStatus,
  transferOffset,
  type Pdu,
  type PduListener,
} from '@fenceline/nvme';
import type { Command, Connection, FrameRef } from '../model.js';
import type { TopologyLink } from '../topology.js';
import type { AssociationState } from './association-state.js';
import type { AssociationTracker } from './association-tracker.js';
import { BlockHasher } from './block-hasher.js';
import { Fifo } from './fifo.js';
import type { InFlight } from './in-flight.js';
import type { PayloadTable } from './payload-table.js';
import { readCommand } from './read-command.js';
import { UNKNOWN_QUEUE } from './reads-as-admin.js';
import type { WireListener } from './wire-listener.js';

/**
 * What is decoded: all, or what a host does and is told. The latter leaves out what reached the node, so that no command
 * has a `completeAt`, and does not compare what was sent or delivered more than once.
 */
export type WireScope = 'all' | 'host';

/** What all queues of a recording share. */
export interface WireContext {
  readonly scope: WireScope;
  readonly table: PayloadTable;
  readonly tracker: AssociationTracker;
  readonly listener: WireListener;
  /** Logical blocks of the namespace. */
  readonly blocks: number;
  /** Number of the next command; commands are numbered in the order sent. */
  nextCommand: number;
}

/** A link, with the names of the captures of its two vantage points. */
export interface DecodedLink {
  readonly topology: TopologyLink;
  readonly files: Readonly<Record<Side, string>>;
}

/**
 * One NVMe/TCP connection: its PDUs in both directions, as sent and as delivered, matched into commands.
 *
 * A response belongs to the latest command with its CID that was sent and not answered; the delivered
 * stream repeats the sent one PDU by PDU, so that what was decided about a PDU when it was sent holds when
 * it is delivered, though its CID may be in use again by then.
 */
export class QueueDecoder implements ConnectionListener {
  readonly toNode: HalfConnectionListener;
  readonly toHost: HalfConnectionListener;
  #state: AssociationState | null = null;
  readonly #unanswered = new Map<number, InFlight>();
  /** What the PDUs that were sent and not yet delivered belong to, in order. */
  readonly #toNodeInOrder = new Fifo<InFlight | null>();
  readonly #toHostInOrder = new Fifo<InFlight | null>();
  /** What the PDU that is going by belongs to. */
  #sentToNode: InFlight | null = null;
  #deliveredToNode: InFlight | null = null;
  #sentToHost: InFlight | null = null;
  #deliveredToHost: InFlight | null = null;
  /** Bytes that were delivered to the host so far. */
  #toHostBytes = 0;
  readonly #told = new Set<string>();

  constructor(
    private readonly context: WireContext,
    private readonly link: DecodedLink,
    readonly connection: Connection,
  ) {
    const followsNode = context.scope === 'all';
    const deliveredToNode = followsNode ? this.#deliveredToNodeListener() : null;
    this.toNode = this.#half('host', this.#sentToNodeListener(), deliveredToNode);
    this.toHost = {
      ...this.#half('node', this.#sentToHostListener(), this.#deliveredToHostListener()),
      onAcknowledged: (position, frame) => this.#acknowledged(position, frame),
      onReset: (t, frame) => this.#reset(t, frame),
    };
  }

  /** @param delivered null where what is delivered is not decoded */
  #half(sender: Side, sent: PduListener, delivered: PduListener | null): HalfConnectionListener {
    const sentDecoder = new PduDecoder(sent);
    const { connection, context } = this;
    const receiver: Side = sender === 'host' ? 'node' : 'host';
    const noteNewBytes: ByteSink = {
      push: (bytes, start, end, t, frame) => {
        connection.lastNewHostBytesAt = t;
        const model = this.#state?.model;
        if (model !== undefined) model.lastNewHostBytesAt = t;
        sentDecoder.push(bytes, start, end, t, frame);
      },
    };
    const deliveredDecoder = delivered === null ? leftOut : new PduDecoder(delivered);
    const countBytes: ByteSink = {
      push: (bytes, start, end, t, frame) => {
        this.#toHostBytes += end - start;
        deliveredDecoder.push(bytes, start, end, t, frame);
      },
    };
    return {
      sent: sender === 'host' ? noteNewBytes : sentDecoder,
      delivered: sender === 'node' ? countBytes : deliveredDecoder,
      onClosed: (by, t, frame) => this.#closed(sender, by, t, frame),
      ...(context.scope === 'all' && {
        onChanged: (position: number, t: number, frame: number) =>
          context.listener.onRemark?.(
            t,
            `${this.#name()}: a retransmission by the ${sender} differs from what was sent first, at byte ${position} of the stream`,
            this.#at(sender, frame),
          ),
      }),
      onNeverSent: (_position, t, frame) =>
        this.#problem(
          t,
          receiver,
          `frame ${frame} delivered bytes that the capture at the ${sender} does not show being sent`,
        ),
      onNeverDelivered: (_position, t, frame) =>
        this.#problem(
          t,
          receiver,
          `bytes were acknowledged that were not seen being delivered${frame > 0 ? ` (found at frame ${frame})` : ''}`,
        ),
      onGap: (view, _position, t) =>
        this.#problem(
          t,
          view === 'sent' ? sender : receiver,
          'frames are missing: bytes stand behind a gap that nothing fills',
        ),
    };
  }

  #sentToNodeListener(): PduListener {
    return {
      onHeader: (pdu) => {
        let flight: InFlight | null = null;
        if (pdu.type === PduType.capsuleCmd) flight = this.#commandSent(pdu);
        else if (pdu.type === PduType.h2cData) {
          flight = this.#unanswered.get(dataCid(pdu.view)) ?? null;
        }
        this.#sentToNode = flight;
        if (this.context.scope === 'all') this.#toNodeInOrder.push(flight);
      },
      onData: (pdu, bytes, start, end, at) => {
        this.#sentToNode?.sentToNode?.take(bytes, start, end, at + dataBase(pdu));
      },
      onEnd: (pdu) => {
        if (this.#sentToNode !== null) this.#dataSent(this.#sentToNode, pdu);
        if (pdu.type === PduType.h2cTermReq) this.#terminated(pdu, 'host');
      },
      onLost: (reason) => this.#lost('host', 'sent', reason),
    };
  }

  #deliveredToNodeListener(): PduListener {
    return {
      onHeader: (pdu) => {
        const flight = this.#next(this.#toNodeInOrder, 'host', pdu);
        if (flight?.command.op === 'write') {
          flight.deliveredToNode ??= new BlockHasher(this.context.table, flight.command.blocks);
        }
        this.#deliveredToNode = flight;
      },
      onData: (pdu, bytes, start, end, at) => {
        this.#deliveredToNode?.deliveredToNode?.take(bytes, start, end, at + dataBase(pdu));
      },
      onEnd: (pdu) => {
        this.#checkDigests(pdu, 'node');
        const flight = this.#deliveredToNode;
        if (flight === null || !pdu.headerDigestOk) return;
        if (pdu.type === PduType.capsuleCmd) flight.capsuleDelivered = true;
        else flight.dataDelivered += pdu.dataLength;
        if (flight.capsuleDelivered && flight.dataDelivered >= flight.dataToNode) {
          this.#complete(flight, pdu.lastByteAt);
        }
      },
      onLost: (reason) => this.#lost('host', 'delivered', reason),
    };
  }

  #sentToHostListener(): PduListener {
    return {
      onHeader: (pdu) => {
        let flight: InFlight | null = null;
        if (pdu.type === PduType.capsuleResp) {
          flight = this.#unanswered.get(cqeCid(pdu.view, CAPSULE_ENTRY_OFFSET)) ?? null;
        } else if (pdu.type === PduType.c2hData) {
          flight = this.#unanswered.get(dataCid(pdu.view)) ?? null;
        }
        this.#sentToHost = flight;
        this.#toHostInOrder.push(flight);
      },
      onData: (pdu, bytes, start, end, at) => {
        this.#sentToHost?.sentToHost?.take(bytes, start, end, at + dataBase(pdu));
      },
      onEnd: (pdu) => {
        if (pdu.type === PduType.c2hTermReq) this.#terminated(pdu, 'node');
        const flight = this.#sentToHost;
        if (flight === null || !isAnswer(pdu)) return;
        const { command } = flight;
        if (this.#unanswered.get(command.cid) === flight) this.#unanswered.delete(command.cid);
        command.answerSentAt = pdu.lastByteAt;
        command.answerFrame = this.#at('node', pdu.lastFrame);
        command.status = answerStatus(pdu);
        this.#adminAnswered('sent', flight, pdu);
      },
      onLost: (reason) => this.#lost('node', 'sent', reason),
    };
  }

  #deliveredToHostListener(): PduListener {
    return {
      onHeader: (pdu) => {
        this.#deliveredToHost = this.#next(this.#toHostInOrder, 'node', pdu);
      },
      onData: (pdu, bytes, start, end, at) => {
        this.#deliveredToHost?.deliveredToHost?.take(bytes, start, end, at + dataBase(pdu));
      },
      onEnd: (pdu) => {
        this.#checkDigests(pdu, 'host');
        const flight = this.#deliveredToHost;
        if (flight === null || !isAnswer(pdu) || !pdu.headerDigestOk) return;
        const { command, deliveredToHost } = flight;
        command.answeredAt = pdu.lastByteAt;
        command.answerFrame = this.#at('host', pdu.lastFrame);
        if (deliveredToHost instanceof BlockHasher && deliveredToHost.done) {
          command.payloads = deliveredToHost.payloads;
        }
        flight.answerEnd = this.#toHostBytes;
        this.#adminAnswered('delivered', flight, pdu);
        this.context.listener.onAnswered?.(command);
      },
      onLost: (reason) => this.#lost('node', 'delivered', reason),
    };
  }

  #commandSent(pdu: Pdu): InFlight {
    const { context, connection, link } = this;
    const opensQueue = isConnect(pdu);
    if (!opensQueue && this.#state === null) this.#joinUnknown();
    const flight = readCommand(
      pdu.view,
      CAPSULE_ENTRY_OFFSET,
      pdu.dataLength,
      {
        id: context.nextCommand++,
        association: this.#state?.model.id ?? -1,
        connection: connection.id,
        qid: opensQueue ? connectQueueId(pdu.view, CAPSULE_ENTRY_OFFSET) : connection.qid,
        sentAt: pdu.headerAt,
        sentFrame: { file: link.files.host, frame: pdu.headerFrame },
      },
      context.table,
    );
    this.#unanswered.set(flight.command.cid, flight);
    if (opensQueue) return flight;
    context.listener.onCommand?.(flight.command);
    if (flight.entry !== null) context.tracker.adminSent(this.#state!, flight);
    return flight;
  }

  /** The last byte of a command capsule or of an H2CData was sent. */
  #dataSent(flight: InFlight, pdu: Pdu): void {
    const { command, sentToNode } = flight;
    if (pdu.type === PduType.capsuleCmd && isConnect(pdu)) this.#connectSent(flight);
    if (flight.payloadSent) {
      if (pdu.type === PduType.capsuleCmd) this.context.listener.onPayloadSent?.(command);
      return;
    }
    if (sentToNode instanceof BlockHasher) {
      if (!sentToNode.done) return;
      command.payloads = sentToNode.payloads;
    } else if (sentToNode !== null) {
      if (!sentToNode.complete) return;
      if (command.op === 'deallocate') readRanges(command, sentToNode.bytes, this.context.blocks);
    }
    flight.payloadSent = true;
    this.context.listener.onPayloadSent?.(command);
  }

  #connectSent(flight: InFlight): void {
    const { context, connection, link } = this;
    const state = context.tracker.connectSent(flight, connection, link.topology);
    this.#join(state);
    flight.command.association = state.model.id;
    context.listener.onConnection?.(connection);
    context.listener.onCommand?.(flight.command);
  }

  #joinUnknown(): void {
    const { context, connection, link } = this;
    connection.qid = UNKNOWN_QUEUE;
    const state = context.tracker.orphanOf(link.topology);
    state.model.connections.push(connection);
    this.#join(state);
    context.listener.onConnection?.(connection);
  }

  #join(state: AssociationState): void {
    this.#state = state;
    const { model } = state;
    model.lastNewHostBytesAt = Math.max(
      model.lastNewHostBytesAt,
      this.connection.lastNewHostBytesAt,
    );
  }

  #complete(flight: InFlight, t: number): void {
    const { command, deliveredToNode } = flight;
    if (command.completeAt !== Number.POSITIVE_INFINITY) return;
    command.completeAt = t;
    // What comes to a connection that its node has closed is not taken any more.
    const isOpen = this.connection.nodeClosedAt > t;
    if (this.#state !== null && isOpen) this.#state.model.lastCompleteAt = t;
    if (deliveredToNode?.done) {
      this.#comparePayloads(command, deliveredToNode, t);
    }
  }

  /** What was delivered is what may land: it counts where it differs from what was sent first. */
  #comparePayloads(command: Command, delivered: BlockHasher, t: number): void {
    for (let block = 0; block < delivered.payloads.length; block++) {
      if (delivered.payloads[block] === command.payloads[block]) continue;
      command.deliveredPayloads = delivered.payloads;
      this.context.listener.onRemark?.(
        t,
        `${this.#name()}: block ${command.slba + block} of ${command.name} CID ${command.cid} was delivered with other bytes than were sent first`,
        command.sentFrame,
      );
      return;
    }
  }

  #adminAnswered(view: View, flight: InFlight, pdu: Pdu): void {
    if (flight.entry === null || this.#state === null) return;
    const dword0 = pdu.type === PduType.capsuleResp ? cqeDword0(pdu.view, CAPSULE_ENTRY_OFFSET) : 0;
    this.context.tracker.adminAnswered(view, this.#state, flight, answerStatus(pdu), dword0);
  }

  #next(inOrder: Fifo<InFlight | null>, sender: Side, pdu: Pdu): InFlight | null {
    const flight = inOrder.shift();
    if (flight !== undefined) return flight;
    const receiver: Side = sender === 'host' ? 'node' : 'host';
    this.#problem(
      pdu.headerAt,
      receiver,
      `the ${pduName(pdu.type)} in frame ${pdu.headerFrame} was delivered and not seen being sent`,
    );
    return null;
  }

  /** A termination request: its sender takes the other end's PDUs for wrong, and closes the connection. */
  #terminated(pdu: Pdu, sender: Side): void {
    this.context.listener.onRemark?.(
      pdu.lastByteAt,
      `${this.#name()}: the ${sender} sent a ${pduName(pdu.type)}, fatal error status ${termFatalErrorStatus(pdu.view)}`,
      this.#at(sender, pdu.lastFrame),
    );
  }

  /** The host's TCP has every byte before `position`: the frame says so. */
  #acknowledged(position: number, frame: number): void {
    if (this.connection.qid !== 0 || this.#state === null) return;
    this.context.tracker.answersAcknowledged(this.#state, position, this.#at('host', frame));
  }

  #closed(by: Side, how: 'fin' | 'rst', t: number, frame: number): void {
    const { connection } = this;
    if (by === 'node') {
      connection.nodeClosedAt = t;
      return;
    }
    connection.hostClosedAt = t;
    if (this.#state === null) return;
    this.context.tracker.giveUp(this.#state.model, how, t, this.#at('host', frame));
  }

  /** The host's end of the connection is gone. */
  #reset(t: number, frame: number): void {
    if (this.#state === null) return;
    this.context.tracker.connectionReset(this.#state, this.connection, t, this.#at('host', frame));
  }

  #checkDigests(pdu: Pdu, receiver: Side): void {
    if (pdu.headerDigestOk && pdu.dataDigestOk) return;
    const which = pdu.headerDigestOk ? 'data' : 'header';
    this.context.listener.onRemark?.(
      pdu.lastByteAt,
      `${this.#name()}: a ${pduName(pdu.type)} was delivered to the ${receiver} with a ${which} digest that does not match`,
      this.#at(receiver, pdu.lastFrame),
    );
  }

  #lost(sender: Side, view: View, reason: string): void {
    const at: Side = view === 'sent' ? sender : sender === 'host' ? 'node' : 'host';
    this.#problem(
      this.connection.lastNewHostBytesAt,
      at,
      `the bytes of the ${sender} cannot be decoded: ${reason}`,
    );
  }

  /** Tells a problem of the capture at `side`; a connection tells each kind once for each capture. */
  #problem(t: number, side: Side, message: string): void {
    const kind = `${side} ${message.replace(/\d+/g, '')}`;
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    const { listener } = this.context;
    listener.onProblem?.(t, `capture ${this.link.files[side]}`, `${this.#name()}: ${message}`);
  }

  #at(side: Side, frame: number): FrameRef {
    return { file: this.link.files[side], frame };
  }

  #name(): string {
    const { hostSocket, nodeSocket, link } = this.connection;
    return `link ${link}, ${hostSocket} to ${nodeSocket}`;
  }
}

/** Takes bytes that are not decoded. */
const leftOut: ByteSink = { push: () => undefined };

/** Where a PDU's data begins in its command's data. */
function dataBase(pdu: Pdu): number {
  return pdu.type === PduType.capsuleCmd ? 0 : transferOffset(pdu.view);
}

function isConnect(pdu: Pdu): boolean {
  return (
    sqeOpcode(pdu.view, CAPSULE_ENTRY_OFFSET) === AdminOpcode.fabrics &&
    fabricsType(pdu.view, CAPSULE_ENTRY_OFFSET) === FabricsType.connect
  );
}

/** A response capsule, or data that stand for one. */
function isAnswer(pdu: Pdu): boolean {
  return (
    pdu.type === PduType.capsuleResp ||
    (pdu.type === PduType.c2hData && (pdu.flags & PduFlag.success) !== 0)
  );
}

function answerStatus(pdu: Pdu): number {
  return pdu.type === PduType.capsuleResp ? cqeStatus(pdu.view, CAPSULE_ENTRY_OFFSET) : 0;
}

/**
 * Dataset Management: the blocks are named by its data. What a range names beyond the namespace is left out: there is
 * nothing, and a range may name 2^32 blocks.
 */
function readRanges(command: Command, bytes: Uint8Array, blocksOfNamespace: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ranges = [];
  for (let at = 0; at < bytes.length; at += DSM_RANGE_BYTES) {
    const slba = dsmRangeSlba(view, at);
    const left = Math.max(0, blocksOfNamespace - slba);
    ranges.push({ slba, blocks: Math.min(dsmRangeBlocks(view, at), left) });
  }
  command.slba = ranges[0]!.slba;
  command.blocks = ranges[0]!.blocks;
  if (ranges.length > 1) command.ranges = ranges;
}
