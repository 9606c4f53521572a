import { NS_PER_MS, type Scheduler } from '@fenceline/contracts';
import {
  AdminOpcode,
  CAPSULE_ENTRY_OFFSET,
  cqeCid,
  cqeDoNotRetry,
  cqeDword0,
  cqeDword1,
  cqeStatus,
  dataCid,
  crc32c,
  encodeCommandHead,
  encodeDigest,
  encodeH2cData,
  encodeIcReq,
  icDataAlignment,
  icDigests,
  icRespMaxH2cData,
  PduDecoder,
  PduFlag,
  pduName,
  PduType,
  roomFor,
  transferLength,
  transferOffset,
  transferTag,
  type Digests,
  type Pdu,
  type PduListener,
} from '@fenceline/nvme';
import type { Connection, ConnectionUser, Dialer } from '../transport.js';
import type { Completion, HostCommand } from './command.js';

/** A command that was sent and not answered. */
export interface SentCommand {
  readonly command: HostCommand;
  /** In ns. */
  readonly sentAt: number;
  /** Called once: with the answer, or with null when the queue was lost and nothing will come. */
  readonly done: (completion: Completion | null) => void;
}

interface Outstanding extends SentCommand {
  readonly cid: number;
  /** When the queue gives up on it, in ns. */
  readonly deadline: number;
  readonly received: Uint8Array;
  receivedBytes: number;
}

export interface TcpQueueParts {
  qid: number;
  /** Entries of the submission queue; one less can be outstanding. */
  entries: number;
  scheduler: Scheduler;
  dialer: Dialer;
  path: string;
  digests: Digests;
  /** How long the connection may take to be initialised. */
  openTimeoutMs: number;
  /** The queue is of no use any more. It may be said again, but not after `abort` or `end`. */
  lost: (reason: string) => void;
}

/** Fabrics commands and those of an admin queue may have so much data in their capsule (NVMe/TCP 1.1, 3.3.2.1). */
const ADMIN_CAPSULE_BYTES = 8192;
const ALL_CIDS = 0x1_0000;

const nothing = new Uint8Array(0);

/**
 * One queue of a controller: a connection, its initialisation, and commands with their data
 * (NVMe/TCP Transport Specification 1.1, section 3). It never says by itself what becomes of commands that a loss
 * leaves unanswered: they stay until somebody takes them.
 */
export class TcpQueue implements ConnectionUser, PduListener {
  readonly qid: number;
  readonly #parts: TcpQueueParts;
  readonly #decoder = new PduDecoder(this);
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #connection: Connection;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #opened: (() => void) | null;
  #digests: Digests = {};
  /** The controller wants data at multiples of so many bytes of a PDU. */
  #alignment = 4;
  #maxH2cData = 0;
  #capsuleBytes = ADMIN_CAPSULE_BYTES;
  #nextCid = 0;
  #cancelTimer: () => void;
  #timerAt: number;

  /** Begins to connect; `opened` follows once commands can be sent. */
  constructor(parts: TcpQueueParts, opened: () => void) {
    this.#parts = parts;
    this.qid = parts.qid;
    this.#opened = opened;
    this.#timerAt = parts.scheduler.now() + parts.openTimeoutMs * NS_PER_MS;
    this.#cancelTimer = parts.scheduler.at(this.#timerAt, () => this.#timedOut());
    this.#connection = parts.dialer.connect(parts.path, this);
  }

  /** How many commands are outstanding. */
  get inFlight(): number {
    return this.#outstanding.size;
  }

  get hasRoom(): boolean {
    return this.#state === 'open' && this.#outstanding.size < this.#parts.entries - 1;
  }

  /** When the oldest outstanding command was sent, in ns; Infinity where there is none. */
  get oldestSentAt(): number {
    let oldest = Infinity;
    for (const { sentAt } of this.#outstanding.values()) oldest = Math.min(oldest, sentAt);
    return oldest;
  }

  /** Lets a command's capsule carry so many bytes of data: Identify Controller's IOCCSZ says how many. */
  allowInCapsule(bytes: number): void {
    this.#capsuleBytes = bytes;
  }

  /**
   * Sends a command. The queue must have room.
   *
   * @param timeoutMs how long it may stay unanswered before the queue counts as lost; Infinity for ever
   * @param done called once, never before this returns
   */
  submit(command: HostCommand, timeoutMs: number, done: SentCommand['done']): void {
    if (!this.hasRoom) throw new Error(`queue ${this.qid} has no room`);
    const cid = this.#freeCid();
    const sentAt = this.#parts.scheduler.now();
    const deadline = sentAt + timeoutMs * NS_PER_MS;
    this.#outstanding.set(cid, {
      cid,
      command,
      sentAt,
      deadline,
      done,
      received: command.receiveBytes ? roomFor(command.receiveBytes) : nothing,
      receivedBytes: 0,
    });
    this.#watch(deadline);
    this.#send(cid, command);
  }

  /** Takes the commands that will not be answered. Only of a queue that is closed. */
  takeUnanswered(): SentCommand[] {
    const taken = [...this.#outstanding.values()];
    this.#outstanding.clear();
    return taken;
  }

  /** Ends the connection at once: nothing that is queued is sent any more. */
  abort(): void {
    if (this.#close()) this.#connection.abort();
  }

  /** Ends the connection behind what was sent. */
  end(): void {
    if (this.#close()) this.#connection.end();
  }

  opened(): void {
    this.#connection.send(encodeIcReq(this.#parts.digests));
  }

  received(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#decoder.push(bytes, 0, bytes.length, this.#parts.scheduler.now(), 0);
  }

  closed(): void {
    if (this.#close()) this.#parts.lost(`queue ${this.qid}: connection closed`);
  }

  onHeader(pdu: Pdu): void {
    if (this.#state === 'closed') return;
    if (!pdu.headerDigestOk) {
      this.#lost('header digest error');
      return;
    }
    if (pdu.type === PduType.c2hData) this.#dataBegins(pdu);
  }

  onData(pdu: Pdu, bytes: Uint8Array, start: number, end: number, at: number): void {
    if (this.#state === 'closed') return;
    const command = this.#outstanding.get(dataCid(pdu.view));
    command?.received.set(bytes.subarray(start, end), transferOffset(pdu.view) + at);
  }

  onEnd(pdu: Pdu): void {
    if (this.#state === 'closed') return;
    if (!pdu.dataDigestOk) {
      this.#lost('data digest error');
      return;
    }
    if (this.#state === 'opening' ? pdu.type !== PduType.icResp : pdu.type === PduType.icResp) {
      this.#lost(`unexpected ${pduName(pdu.type)}`);
      return;
    }
    switch (pdu.type) {
      case PduType.icResp:
        this.#initialised(pdu);
        break;
      case PduType.capsuleResp:
        this.#answered(pdu);
        break;
      case PduType.c2hData:
        this.#dataEnded(pdu);
        break;
      case PduType.r2t:
        this.#readyToTransfer(pdu);
        break;
      default:
        this.#lost(`unexpected ${pduName(pdu.type)}`);
    }
  }

  onLost(reason: string): void {
    this.#lost(reason);
  }

  #send(cid: number, { entry, data, receiveBytes }: HostCommand): void {
    const dataLength = data?.length ?? receiveBytes ?? 0;
    const inCapsule = data !== undefined && data.length <= this.#capsuleLimit(entry.opcode);
    const own = { cid, dataLength, inCapsule };
    const digests = this.#digests;
    const padding = this.#paddingBehind(72);
    const head = encodeCommandHead(entry, own, inCapsule ? data.length : 0, digests, padding);
    this.#connection.send(head);
    if (!inCapsule) return;
    this.#connection.send(data);
    if (digests.data) this.#connection.send(encodeDigest(crc32c(data)));
  }

  #capsuleLimit(opcode: number): number {
    return opcode === AdminOpcode.fabrics ? ADMIN_CAPSULE_BYTES : this.#capsuleBytes;
  }

  /** Bytes between a header and its data, so that the data is aligned as the controller asked. */
  #paddingBehind(headerBytes: number): number {
    const end = headerBytes + (this.#digests.header ? 4 : 0);
    return (this.#alignment - (end % this.#alignment)) % this.#alignment;
  }

  #initialised({ view }: Pdu): void {
    const agreed = icDigests(view);
    const { digests } = this.#parts;
    this.#digests = {
      header: digests.header === true && (agreed & 1) !== 0,
      data: digests.data === true && (agreed & 2) !== 0,
    };
    this.#alignment = (icDataAlignment(view) + 1) * 4;
    this.#maxH2cData = icRespMaxH2cData(view);
    if (this.#maxH2cData < 4096) {
      this.#lost(`MAXH2CDATA of ${this.#maxH2cData} is below 4096`);
      return;
    }
    this.#state = 'open';
    this.#cancelTimer();
    this.#timerAt = Infinity;
    const opened = this.#opened;
    this.#opened = null;
    opened?.();
  }

  #dataBegins({ view, dataLength }: Pdu): void {
    const command = this.#outstanding.get(dataCid(view));
    if (command === undefined) this.#lost('data for no command');
    else if (transferOffset(view) !== command.receivedBytes) this.#lost('data out of order');
    else if (dataLength > command.received.length - command.receivedBytes) {
      this.#lost('more data than asked for');
    }
  }

  #dataEnded(pdu: Pdu): void {
    const command = this.#outstanding.get(dataCid(pdu.view));
    if (command === undefined) return;
    command.receivedBytes += pdu.dataLength;
    if ((pdu.flags & PduFlag.success) === 0) return;
    this.#complete(command, { status: 0, doNotRetry: false, dword0: 0, dword1: 0 });
  }

  #answered({ view }: Pdu): void {
    const at = CAPSULE_ENTRY_OFFSET;
    const command = this.#outstanding.get(cqeCid(view, at));
    if (command === undefined) {
      this.#lost('answer to no command');
      return;
    }
    this.#complete(command, {
      status: cqeStatus(view, at),
      doNotRetry: cqeDoNotRetry(view, at),
      dword0: cqeDword0(view, at),
      dword1: cqeDword1(view, at),
    });
  }

  #complete(command: Outstanding, completion: Omit<Completion, 'data'>): void {
    const { received, receivedBytes } = command;
    if (completion.status === 0 && receivedBytes !== received.length) {
      this.#lost(`${receivedBytes} of ${received.length} bytes came`);
      return;
    }
    this.#outstanding.delete(command.cid);
    const { status, doNotRetry, dword0, dword1 } = completion;
    command.done({ status, doNotRetry, dword0, dword1, data: received });
  }

  /** Sends what an R2T asks for, in pieces that the controller can take. */
  #readyToTransfer({ view }: Pdu): void {
    const cid = dataCid(view);
    const data = this.#outstanding.get(cid)?.command.data;
    const from = transferOffset(view);
    const to = from + transferLength(view);
    if (data === undefined || to > data.length || from === to) {
      this.#lost('R2T for data that is not there');
      return;
    }
    for (let at = from; at < to; at += this.#maxH2cData) {
      const end = Math.min(at + this.#maxH2cData, to);
      const fields = {
        cid,
        tag: transferTag(view),
        offset: at,
        data: data.subarray(at, end),
        last: end === to,
        padding: this.#paddingBehind(24),
      };
      this.#connection.send(encodeH2cData(fields, this.#digests));
    }
  }

  /** CIDs go round, so that a late answer does not meet a new command. FFFFh is reserved. */
  #freeCid(): number {
    do this.#nextCid = (this.#nextCid + 1) % (ALL_CIDS - 1);
    while (this.#outstanding.has(this.#nextCid));
    return this.#nextCid;
  }

  /** One timer watches over all commands: it is set to the earliest deadline, or to an earlier one that has gone. */
  #watch(deadline: number): void {
    if (deadline >= this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = deadline;
    this.#cancelTimer = this.#parts.scheduler.at(deadline, () => this.#timedOut());
  }

  #timedOut(): void {
    if (this.#state === 'opening') {
      this.#lost('time-out of the connection');
      return;
    }
    const now = this.#parts.scheduler.now();
    this.#timerAt = Infinity;
    let earliest = Infinity;
    for (const { deadline, command, cid } of this.#outstanding.values()) {
      if (deadline <= now) {
        this.#lost(
          `timeout cid 0x${cid.toString(16)} opcode 0x${command.entry.opcode.toString(16)}`,
        );
        return;
      }
      earliest = Math.min(earliest, deadline);
    }
    if (earliest !== Infinity) this.#watch(earliest);
  }

  /** @returns false when it was closed before */
  #close(): boolean {
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    this.#opened = null;
    this.#cancelTimer();
    return true;
  }

  #lost(reason: string): void {
    if (this.#state === 'closed') return;
    this.#parts.lost(`queue ${this.qid}: ${reason}`);
  }
}
