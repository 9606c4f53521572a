import {
  AdminOpcode,
  adminName,
  CAPSULE_ENTRY_OFFSET,
  CCR_LOG_BYTES,
  CCR_LOG_PAGE,
  CNS_CONTROLLER,
  CONNECT_DATA_BYTES,
  connectedCntlid,
  connectQueueId,
  cqeCid,
  cqeDword0,
  cqeStatus,
  dataCid,
  DSM_RANGE_BYTES,
  dsmRangeBlocks,
  dsmRanges,
  dsmRangeSlba,
  FabricsType,
  fabricsName,
  fabricsType,
  identifyCns,
  IDENTIFY_BYTES,
  IoOpcode,
  ioName,
  logPageId,
  PduFlag,
  pduName,
  PduType,
  readConnectData,
  SQE_BYTES,
  sqeBlocks,
  sqeCid,
  sqeNsid,
  sqeOpcode,
  sqeSglLength,
  sqeSlba,
  termFatalErrorStatus,
  transferOffset,
  type Pdu,
} from '@fenceline/nvme';
import { CollectedData } from '../wire/in-flight.js';
import { readsAsAdmin } from '../wire/reads-as-admin.js';
import { controllerKey, type Associations } from './associations.js';
import { DecodedCommand, none, type CommandEnd } from './decoded-command.js';
import { describeCommand } from './describe-command.js';
import { StreamHalf, type StreamTrouble, type Waiting } from './stream-half.js';

/** The most commands that may be open in a whole capture. */
const MAX_OPEN = 262_144;
/** Of how many commands in a whole capture the data are collected at a time: 4 KiB each, or less. */
const MAX_COLLECTING = 4096;

/** What all connections of a capture share. */
export interface DecodeContext {
  readonly associations: Associations;
  readonly trouble: StreamTrouble & {
    /** Answers to commands that were not captured. */
    strayAnswers: number;
    /** PDUs with a digest that does not match. */
    badDigests: number;
  };
  /** Commands that are open. */
  open: number;
  /** Commands of which the data are collected. */
  collecting: number;
  readonly waiting: Waiting;
  onCommand(command: DecodedCommand): void;
}

/** Names of a connection's ends, for its rows. */
export interface QueueEnds {
  readonly path: string;
  /** Address and port of the controller. */
  readonly target: string;
}

/** One NVMe/TCP connection of a capture that was made at one place: its commands, matched with their answers. */
export class QueueStream {
  readonly toController: StreamHalf;
  readonly toHost: StreamHalf;
  #qid = none;
  #association = none;
  #collecting = 0;
  #closed = false;
  readonly #open = new Map<number, DecodedCommand>();
  /** The command whose PDU goes by; null where its data are of no interest. */
  #sending: DecodedCommand | null = null;
  #receiving: DecodedCommand | null = null;

  constructor(
    private readonly context: DecodeContext,
    private readonly ends: QueueEnds,
  ) {
    const { trouble, waiting } = context;
    this.toController = new StreamHalf(
      'host',
      {
        onHeader: (pdu) => this.#sent(pdu),
        onData: (pdu, bytes, start, end, at) => {
          this.#sending?.data?.take(bytes, start, end, at + dataBase(pdu));
        },
        onEnd: (pdu) => this.#sentWhole(pdu),
      },
      trouble,
      waiting,
    );
    this.toHost = new StreamHalf(
      'controller',
      {
        onHeader: (pdu) => {
          this.#receiving =
            pdu.type === PduType.c2hData && this.#collecting > 0
              ? (this.#open.get(dataCid(pdu.view)) ?? null)
              : null;
        },
        onData: (pdu, bytes, start, end, at) => {
          this.#receiving?.data?.take(bytes, start, end, at + dataBase(pdu));
        },
        onEnd: (pdu) => this.#received(pdu),
      },
      trouble,
      waiting,
    );
  }

  /** Is it over? Then nothing that still comes of it counts. */
  get closed(): boolean {
    return this.#closed;
  }

  /** No answer will come any more: tells the commands that are open. */
  close(end: CommandEnd): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const command of this.#open.values()) this.#tell(command, end);
    this.#open.clear();
  }

  #sent(pdu: Pdu): void {
    if (this.#closed) {
      this.#sending = null;
    } else if (pdu.type === PduType.capsuleCmd) {
      this.#sending = this.#command(pdu);
    } else if (pdu.type === PduType.h2cData && this.#collecting > 0) {
      this.#sending = this.#open.get(dataCid(pdu.view)) ?? null;
    } else {
      this.#sending = null;
      if (pdu.type === PduType.h2cTermReq) this.#terminated(pdu);
    }
  }

  #sentWhole(pdu: Pdu): void {
    if (!pdu.headerDigestOk || !pdu.dataDigestOk) this.context.trouble.badDigests++;
    const command = this.#sending;
    if (command?.entry == null || pdu.type !== PduType.capsuleCmd) return;
    if (isConnect(command.entry)) this.#joined(command);
  }

  #command(pdu: Pdu): DecodedCommand {
    const { view } = pdu;
    const at = CAPSULE_ENTRY_OFFSET;
    const command = new DecodedCommand(this.ends.path);
    const opcode = sqeOpcode(view, at);
    const cid = sqeCid(view, at);
    command.association = this.#association;
    command.qid = this.#qid;
    command.cid = cid;
    command.opcode = opcode;
    command.bytes = sqeSglLength(view, at);
    command.sentAt = pdu.headerAt;
    command.sentFrame = pdu.headerFrame;
    if (opcode === AdminOpcode.fabrics) {
      command.name = fabricsName(fabricsType(view, at));
      this.#keepEntry(command, pdu);
    } else {
      const nsid = sqeNsid(view, at);
      if (nsid !== 0) command.nsid = nsid;
      if (readsAsAdmin(this.#qid, opcode, nsid)) {
        command.name = adminName(opcode);
        this.#keepEntry(command, pdu);
      } else {
        this.#readIo(command, pdu);
      }
    }
    const old = this.#open.get(cid);
    if (old !== undefined) {
      this.#open.delete(cid);
      this.#tell(old, 'reused');
    } else if (this.context.open >= MAX_OPEN) {
      this.#forgetOldest();
    }
    this.#open.set(cid, command);
    this.context.open++;
    return command;
  }

  #forgetOldest(): void {
    for (const command of this.#open.values()) {
      this.#open.delete(command.cid);
      this.#tell(command, 'forgotten');
      return;
    }
  }

  #keepEntry(command: DecodedCommand, pdu: Pdu): void {
    const start = CAPSULE_ENTRY_OFFSET;
    const entry = new DataView(pdu.header.slice(start, start + SQE_BYTES).buffer);
    command.entry = entry;
    if (isConnect(entry)) {
      command.qid = connectQueueId(entry, 0);
      this.#collect(command, CONNECT_DATA_BYTES);
    } else if (
      command.opcode === AdminOpcode.identify &&
      identifyCns(entry, 0) === CNS_CONTROLLER
    ) {
      this.#collect(command, IDENTIFY_BYTES);
    } else if (command.opcode === AdminOpcode.getLogPage && logPageId(entry, 0) === CCR_LOG_PAGE) {
      this.#collect(command, Math.min(command.bytes, CCR_LOG_BYTES));
    }
  }

  #readIo(command: DecodedCommand, pdu: Pdu): void {
    const { view } = pdu;
    const at = CAPSULE_ENTRY_OFFSET;
    command.name = ioName(command.opcode);
    switch (command.opcode) {
      case IoOpcode.read:
      case IoOpcode.write:
      case IoOpcode.writeZeroes:
      case IoOpcode.writeUncorrectable:
      case IoOpcode.compare:
      case IoOpcode.verify:
        command.slba = sqeSlba(view, at);
        command.blocks = sqeBlocks(view, at);
        break;
      case IoOpcode.copy:
        command.slba = sqeSlba(view, at);
        break;
      case IoOpcode.datasetManagement:
        this.#collect(command, dsmRanges(view, at) * DSM_RANGE_BYTES);
        break;
      default:
        break;
    }
  }

  #collect(command: DecodedCommand, length: number): void {
    if (this.context.collecting >= MAX_COLLECTING) return;
    command.data = new CollectedData(length);
    this.context.collecting++;
    this.#collecting++;
  }

  /** A Connect was sent with its data: the queue is known from here on. */
  #joined(command: DecodedCommand): void {
    this.#qid = command.qid;
    if (command.qid === 0) this.#association = this.context.associations.open();
    else if (command.data?.complete === true) {
      const { hostNqn, subsystemNqn, cntlid } = readConnectData(command.data.bytes);
      const key = controllerKey(hostNqn, subsystemNqn, cntlid, this.ends.target);
      this.#association = this.context.associations.join(key);
    }
    command.association = this.#association;
  }

  #received(pdu: Pdu): void {
    if (this.#closed) return;
    if (!pdu.headerDigestOk || !pdu.dataDigestOk) this.context.trouble.badDigests++;
    if (pdu.type === PduType.capsuleResp) {
      const at = CAPSULE_ENTRY_OFFSET;
      this.#answered(cqeCid(pdu.view, at), pdu, cqeStatus(pdu.view, at), cqeDword0(pdu.view, at));
    } else if (pdu.type === PduType.c2hData) {
      if (pdu.flags & PduFlag.success) this.#answered(dataCid(pdu.view), pdu, 0, 0);
    } else if (pdu.type === PduType.c2hTermReq) {
      this.#terminated(pdu);
    }
  }

  #answered(cid: number, pdu: Pdu, status: number, dword0: number): void {
    let command = this.#open.get(cid);
    if (command === undefined && this.toController.hasGap) {
      // Its command may be among what waits for bytes that were not captured.
      this.toController.giveUpGaps(pdu.lastByteAt, pdu.lastFrame);
      command = this.#open.get(cid);
    }
    if (command === undefined) {
      this.context.trouble.strayAnswers++;
      return;
    }
    this.#open.delete(cid);
    command.status = status;
    command.answeredAt = pdu.lastByteAt;
    command.answerFrame = pdu.lastFrame;
    this.#tell(command, 'answered', dword0);
  }

  #tell(command: DecodedCommand, end: CommandEnd, dword0 = 0): void {
    this.context.open--;
    command.end = end;
    const { data, entry } = command;
    if (data !== null) {
      this.context.collecting--;
      this.#collecting--;
    }
    if (entry !== null) {
      command.detail = describeCommand(command, dword0);
      if (end === 'answered' && command.status === 0 && isConnect(entry) && command.qid === 0) {
        this.#nameAssociation(command, dword0);
      }
    } else if (data?.complete === true) {
      readRanges(command, data.bytes);
    }
    command.entry = null;
    command.data = null;
    this.context.onCommand(command);
  }

  #nameAssociation({ association, data }: DecodedCommand, dword0: number): void {
    if (association === none || data?.complete !== true) return;
    const { hostNqn, subsystemNqn } = readConnectData(data.bytes);
    const key = controllerKey(hostNqn, subsystemNqn, connectedCntlid(dword0), this.ends.target);
    this.context.associations.name(association, key);
  }

  /** A termination request: told as a row of its own. */
  #terminated(pdu: Pdu): void {
    const command = new DecodedCommand(this.ends.path);
    command.association = this.#association;
    command.qid = this.#qid;
    command.name = pduName(pdu.type);
    command.sentAt = pdu.headerAt;
    command.sentFrame = pdu.headerFrame;
    command.detail = `fatal error status ${termFatalErrorStatus(pdu.view)}`;
    this.context.onCommand(command);
  }
}

/** Where a PDU's data begins in its command's data. */
function dataBase(pdu: Pdu): number {
  return pdu.type === PduType.capsuleCmd ? 0 : transferOffset(pdu.view);
}

function isConnect(entry: DataView): boolean {
  return (
    sqeOpcode(entry, 0) === AdminOpcode.fabrics && fabricsType(entry, 0) === FabricsType.connect
  );
}

/** Dataset Management: its data name the blocks; the first range stands for all. */
function readRanges(command: DecodedCommand, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  command.slba = dsmRangeSlba(view, 0);
  command.blocks = dsmRangeBlocks(view, 0);
  const ranges = bytes.length / DSM_RANGE_BYTES;
  if (ranges > 1) command.detail = `the first of ${ranges} ranges`;
}
