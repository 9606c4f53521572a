import {
  CAPSULE_ENTRY_OFFSET,
  COMMON_HEADER_BYTES,
  crc32c,
  dataCid,
  encodeC2hDataHead,
  encodeDigest,
  encodeIcResp,
  encodeR2t,
  encodeResponse,
  encodeTermReq,
  FatalError,
  icDataAlignment,
  icDigests,
  icVersion,
  isPathStatus,
  PduDecoder,
  PduFlag,
  PduType,
  RoomPool,
  Status,
  transferLength,
  transferOffset,
  transferTag,
  type Digests,
  type Pdu,
  type PduListener,
} from '@fenceline/nvme';
import type { Connection, ConnectionUser } from '../transport.js';
import { Command, type Answers } from './command.js';

/** An admin capsule may carry so much data, whatever IOCCSZ says (NVMe/TCP 1.1, section 3.3). */
const ADMIN_CAPSULE_DATA_BYTES = 8192;

/** What a queue needs to know of its node, and whom it tells. */
export interface QueueOwner {
  readonly limits: {
    digests: { header: boolean; data: boolean };
    maxH2cData: number;
    inCapsuleBytes: number;
    maxTransferBytes: number;
  };
  /**
   * Looks at a command before its data is fetched.
   *
   * @returns a status other than success refuses it
   */
  check(queue: Queue, command: Command): number;
  /** A command is there with all of its data. */
  execute(queue: Queue, command: Command): void;
  /** A command ended with an error. */
  failed(queue: Queue, command: Command, status: number): void;
  /** The connection is gone: no command comes any more and no answer can be sent. */
  closed(queue: Queue): void;
}

/** Data of a command that the host was asked for. */
interface Transfer {
  command: Command;
  /** Bytes that came. */
  received: number;
}

/**
 * One NVMe/TCP connection of a controller, which is one queue (NVMe/TCP Transport Specification 1.1, section 3): it
 * makes the connection, collects commands with their data, and sends their answers.
 */
export class Queue implements ConnectionUser, PduListener, Answers {
  /** Set by Connect: which queue this is, its entries, and whether SQHD counts. */
  id = 0;
  entries = 0;
  hasFlowControl = true;
  #state: 'new' | 'ready' | 'closed' = 'new';
  #digests: Digests = { header: false, data: false };
  #dataAlignment = 4;
  #sqHead = 0;
  #command: Command | null = null;
  #transfer: Transfer | null = null;
  readonly #transfers = new Map<number, Transfer>();
  #tags = 0;
  /** Commands that came and are not answered. */
  #outstanding = 0;
  readonly #decoder = new PduDecoder(this);
  /** For data from the host, all of which is written before it is read. */
  readonly #room = new RoomPool();

  constructor(
    private readonly connection: Connection,
    private readonly owner: QueueOwner,
  ) {}

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  received(bytes: Uint8Array): void {
    if (this.isClosed) return;
    this.#decoder.push(bytes, 0, bytes.length, 0, 0);
  }

  closed(): void {
    this.#close();
  }

  /** Ends the connection at once; what is queued is not sent. */
  abort(): void {
    if (this.isClosed) return;
    this.connection.abort();
    this.#close();
  }

  /** Ends the connection behind what was sent. */
  end(): void {
    if (this.isClosed) return;
    this.connection.end();
    this.#close();
  }

  // Commands and data from the host

  onHeader(pdu: Pdu): void {
    if (this.isClosed) return;
    if (!pdu.headerDigestOk) {
      this.#terminate(pdu, FatalError.headerDigestError, 0);
    } else if (this.#state === 'new') {
      if (pdu.type !== PduType.icReq) this.#terminate(pdu, FatalError.sequenceError, 0);
    } else if (!this.#hasAgreedDigests(pdu)) {
      this.#terminate(pdu, FatalError.invalidHeaderField, 1);
    } else if (pdu.type === PduType.capsuleCmd) {
      this.#beginCommand(pdu);
    } else if (pdu.type === PduType.h2cData) {
      this.#beginData(pdu);
    } else if (pdu.type === PduType.h2cTermReq) {
      this.end();
    } else {
      const wrong = pdu.type === PduType.icReq;
      this.#terminate(pdu, wrong ? FatalError.sequenceError : FatalError.invalidHeaderField, 0);
    }
  }

  onData(_pdu: Pdu, bytes: Uint8Array, start: number, end: number, at: number): void {
    const transfer = this.#transfer;
    if (transfer === null) return;
    const to = transfer.command.data;
    const base = transfer.received + at;
    if (end - start < 64) for (let i = start; i < end; i++) to[base + i - start] = bytes[i]!;
    else to.set(bytes.subarray(start, end), base);
  }

  onEnd(pdu: Pdu): void {
    if (this.isClosed) return;
    if (pdu.type === PduType.icReq) this.#initialize(pdu);
    else if (pdu.type === PduType.capsuleCmd) this.#endCommand(pdu);
    else if (pdu.type === PduType.h2cData) this.#endData(pdu);
  }

  onLost(): void {
    if (this.isClosed) return;
    this.#terminate(this.#decoder.pdu, FatalError.invalidHeaderField, 0);
  }

  #initialize(pdu: Pdu): void {
    const { view } = pdu;
    if (pdu.length !== 128 || icVersion(view) !== 0) {
      this.#terminate(pdu, FatalError.unsupportedParameter, COMMON_HEADER_BYTES);
      return;
    }
    const asked = icDigests(view);
    const offered = this.owner.limits.digests;
    this.#digests = {
      header: (asked & 1) !== 0 && offered.header,
      data: (asked & 2) !== 0 && offered.data,
    };
    this.#dataAlignment = 4 * ((icDataAlignment(view) & 0x1f) + 1);
    this.#state = 'ready';
    this.connection.send(encodeIcResp(this.owner.limits.maxH2cData, this.#digests));
  }

  #hasAgreedDigests(pdu: Pdu): boolean {
    if (pdu.type === PduType.h2cTermReq || pdu.type === PduType.icReq) return true;
    const header = (pdu.flags & PduFlag.headerDigest) !== 0;
    const data = (pdu.flags & PduFlag.dataDigest) !== 0;
    // A PDU without data may leave the flag of the data digest out.
    return header === this.#digests.header && (data === this.#digests.data || pdu.dataLength === 0);
  }

  #beginCommand(pdu: Pdu): void {
    const command = new Command(this, pdu.header, CAPSULE_ENTRY_OFFSET);
    const most = this.id === 0 ? ADMIN_CAPSULE_DATA_BYTES : this.owner.limits.inCapsuleBytes;
    if (pdu.dataLength > most) {
      this.#terminate(pdu, FatalError.dataLimitExceeded, 4);
      return;
    }
    // What a host sends beyond its queue would take memory without bound. Before Connect there is one command.
    if (this.#outstanding >= Math.max(1, this.entries)) {
      this.#terminate(pdu, FatalError.sequenceError, 0);
      return;
    }
    this.#outstanding++;
    this.#command = command;
    if (pdu.dataLength === 0) return;
    command.data = this.#room.take(pdu.dataLength);
    this.#transfer = { command, received: 0 };
  }

  #endCommand(pdu: Pdu): void {
    const command = this.#command!;
    this.#command = null;
    this.#transfer = null;
    const status = this.#checkCommand(command, pdu);
    if (status !== Status.success) command.answer(status);
    else if (command.lengthFromHost > 0 && !command.isInCapsule) this.#fetch(command);
    else this.owner.execute(this, command);
  }

  #checkCommand(command: Command, pdu: Pdu): number {
    if (!pdu.dataDigestOk) return Status.transientTransportError;
    if (!command.hasKnownSgl) return Status.sglTypeInvalid;
    if (command.isInCapsule && command.length !== pdu.dataLength)
      return Status.dataSglLengthInvalid;
    if (command.length > this.owner.limits.maxTransferBytes) return Status.invalidField;
    return this.owner.check(this, command);
  }

  /** Asks for the data of a command, all of it at once. */
  #fetch(command: Command): void {
    const length = command.lengthFromHost;
    command.data = this.#room.take(length);
    const tag = this.#nextTag();
    this.#transfers.set(tag, { command, received: 0 });
    this.connection.send(encodeR2t({ cid: command.cid, tag, offset: 0, length }, this.#digests));
  }

  #nextTag(): number {
    do this.#tags = (this.#tags + 1) & 0xffff;
    while (this.#transfers.has(this.#tags));
    return this.#tags;
  }

  #beginData(pdu: Pdu): void {
    const { view } = pdu;
    const transfer = this.#transfers.get(transferTag(view));
    const length = transferLength(view);
    if (transfer === undefined) {
      this.#terminate(pdu, FatalError.invalidHeaderField, 10);
    } else if (dataCid(view) !== transfer.command.cid) {
      this.#terminate(pdu, FatalError.invalidHeaderField, 8);
    } else if (length !== pdu.dataLength || length === 0) {
      this.#terminate(pdu, FatalError.invalidHeaderField, 16);
    } else if (length > this.owner.limits.maxH2cData) {
      this.#terminate(pdu, FatalError.dataLimitExceeded, 16);
    } else if (transferOffset(view) !== transfer.received) {
      this.#terminate(pdu, FatalError.sequenceError, 12);
    } else if (transfer.received + length > transfer.command.data.length) {
      this.#terminate(pdu, FatalError.dataOutOfRange, 16);
    } else {
      this.#transfer = transfer;
    }
  }

  #endData(pdu: Pdu): void {
    const transfer = this.#transfer!;
    const { command } = transfer;
    this.#transfer = null;
    transfer.received += pdu.dataLength;
    const isLast = transfer.received === command.data.length;
    if (isLast !== ((pdu.flags & PduFlag.last) !== 0)) {
      this.#terminate(pdu, FatalError.invalidHeaderField, 1);
      return;
    }
    if (!pdu.dataDigestOk) command.answer(Status.transientTransportError);
    if (!isLast) return;
    this.#transfers.delete(transferTag(pdu.view));
    if (!command.isAnswered) this.owner.execute(this, command);
  }

  // Answers

  answer(command: Command, status: number, dword0: number, dword1: number): void {
    if (this.isClosed) return;
    if (status !== Status.success) this.owner.failed(this, command, status);
    this.#outstanding--;
    this.connection.send(
      encodeResponse(
        {
          cid: command.cid,
          status,
          dword0,
          dword1,
          sqHead: this.#advance(),
          doNotRetry: isFinal(status),
        },
        this.#digests,
      ),
    );
  }

  sendData(command: Command, data: Uint8Array): void {
    if (this.isClosed) return;
    const { connection } = this;
    // Without flow control the data PDU is the answer too.
    const success = !this.hasFlowControl;
    const header = 24 + (this.#digests.header ? 4 : 0);
    const padding = (this.#dataAlignment - (header % this.#dataAlignment)) % this.#dataAlignment;
    connection.send(
      encodeC2hDataHead(
        { cid: command.cid, offset: 0, length: data.length, last: true, success, padding },
        this.#digests,
      ),
    );
    connection.send(data);
    if (this.#digests.data) connection.send(encodeDigest(crc32c(data)));
    if (success) this.#outstanding--;
    else this.answer(command, Status.success, 0, 0);
  }

  giveBack(room: Uint8Array): void {
    this.#room.giveBack(room);
  }

  /** The SQHD of the next answer. */
  #advance(): number {
    if (!this.hasFlowControl || this.entries === 0) return 0;
    this.#sqHead = (this.#sqHead + 1) % this.entries;
    return this.#sqHead;
  }

  // The end

  /** The host broke the protocol: says how, and ends the connection (NVMe/TCP 1.1, section 3.5). */
  #terminate(pdu: Pdu, error: number, information: number): void {
    const header = pdu.header.slice(0, Math.max(COMMON_HEADER_BYTES, pdu.header[2]!));
    this.connection.send(encodeTermReq(PduType.c2hTermReq, error, information, header));
    this.end();
  }

  #close(): void {
    if (this.isClosed) return;
    this.#state = 'closed';
    this.#transfers.clear();
    this.#transfer = null;
    this.owner.closed(this);
  }
}

/** Would the same command fail again? Not after errors of the path, of the medium or of the moment. */
function isFinal(status: number): boolean {
  if (status === Status.success || isPathStatus(status)) return false;
  if (status >>> 8 === 2) return status === Status.compareFailure;
  return !passing.has(status);
}

const passing = new Set<number>([
  Status.abortRequested,
  Status.internalError,
  Status.namespaceNotReady,
  Status.connectBusy,
  Status.ccrInProgress,
  Status.ccrLogPageFull,
  Status.ccrLimitExceeded,
]);
