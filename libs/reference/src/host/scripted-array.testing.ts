import { VirtualTime, NS_PER_MS } from '@fenceline/contracts';
import {
  AdminOpcode,
  CAPSULE_ENTRY_OFFSET,
  CCR_COMPLETED_EVENT,
  CCR_LOG_PAGE,
  ccrImpairedCntlid,
  ccrRandomNumber,
  ccrUniquifier,
  CONNECT_DATA_BYTES,
  connectKatoMs,
  connectQueueId,
  dataCid,
  encodeC2hData,
  encodeCcrLog,
  encodeIcResp,
  encodeIdentify,
  encodePdu,
  encodeResponse,
  FabricsType,
  fabricsType,
  identifyCns,
  IoOpcode,
  logPageId,
  logPageSpecific,
  PduDecoder,
  PduType,
  Property,
  propertyOffset,
  readConnectData,
  sqeBlocks,
  sqeCid,
  sqeOpcode,
  sqeSglLength,
  sqeSglType,
  sqeSlba,
  SglType,
  transferOffset,
  type CqeFields,
  type Digests,
  type Pdu,
  type PduListener,
} from '@fenceline/nvme';
import { HostTap, type TappedConnection } from './host-tap.testing.js';
import type { Connection, ConnectionUser, Dialer } from '../transport.js';

const BLOCK = 512;
const LATENCY_NS = 100_000;

/** A command as it came to a scripted controller. */
export interface SeenCommand {
  /** ns. */
  t: number;
  path: string;
  /** Number of the controller's instance, from 0, over the whole array. */
  instance: number;
  qid: number;
  opcode: number;
  entry: DataView;
  data: Uint8Array;
  cid: number;
}

/** What a script does with a command instead of what a good controller would do. */
export type Reaction = 'hold' | Omit<CqeFields, 'cid'> | undefined;

/** How the controllers at the end of a path are. */
export interface PathScript {
  cntlid: number;
  tbkas: boolean;
  cqtMs: number;
  ciu: number;
  ccrl: number;
  oaes: number;
  cmic: number;
  ioccsz: number;
  /** Bytes go through; otherwise they vanish. */
  isUp: boolean;
  /** A new connection is refused. */
  refuses: boolean;
  digests: Digests;
  anaState: number;
  /** Looks at each command first. */
  react: (command: SeenCommand) => Reaction;
}

const defaults = {
  tbkas: true,
  cqtMs: 0,
  ccrl: 4,
  oaes: (1 << 20) | (1 << 11),
  cmic: 0,
  ioccsz: (64 + 8192) / 16,
  isUp: true,
  refuses: false,
  digests: {},
  anaState: 1,
  react: () => undefined,
} satisfies Partial<PathScript>;

/** An array of one subsystem, a small one, that does what a script says; in virtual time, over connections in memory. */
export class ScriptedArray implements Dialer {
  readonly time = new VirtualTime();
  /** What the host says, as it says it. */
  readonly tap = new HostTap(this.time);
  readonly seen: SeenCommand[] = [];
  readonly medium = new Uint8Array(1024 * BLOCK);
  readonly controllers: ScriptedController[] = [];
  readonly #paths = new Map<string, PathScript>();

  /** Adds a path, with a controller of its own. */
  addPath(name: string, script: Partial<PathScript> = {}): PathScript {
    const cntlid = this.#paths.size + 1;
    const path = { ...defaults, cntlid, ciu: cntlid, ...script };
    this.#paths.set(name, path);
    return path;
  }

  connect(name: string, user: ConnectionUser & { opened(): void }): Connection {
    const path = this.#paths.get(name)!;
    const queue = new ScriptedQueue(this, name, path, user);
    this.later(() => queue.open());
    return queue;
  }

  later(callback: () => void): void {
    this.time.at(this.time.now() + LATENCY_NS, callback);
  }

  /** The writes that came, in their order. */
  get writes(): SeenCommand[] {
    return this.seen.filter(({ qid, opcode }) => qid > 0 && opcode === IoOpcode.write);
  }

  admin(opcode: number): SeenCommand[] {
    return this.seen.filter((it) => it.qid === 0 && it.opcode === opcode);
  }

  controllerOf(path: string): ScriptedController {
    return this.controllers.findLast((it) => it.path === path)!;
  }

  runFor(ms: number): void {
    this.time.runTo(this.time.now() + ms * NS_PER_MS);
  }
}

/** One instance of a controller. */
export class ScriptedController {
  readonly instance: number;
  readonly cirn: bigint;
  readonly queues: ScriptedQueue[] = [];
  katoMs = 0;
  /** Entries of log page 1Eh. */
  ccrLog: { icid: number; ciu: number; status: number }[] = [];
  /** CIDs of event requests that wait. */
  readonly eventRequests: number[] = [];

  constructor(
    readonly array: ScriptedArray,
    readonly path: string,
    readonly script: PathScript,
  ) {
    this.instance = array.controllers.length;
    this.cirn = 0x1122_3344_0000_0000n + BigInt(this.instance);
    array.controllers.push(this);
  }

  event(dword0: number): void {
    const cid = this.eventRequests.shift();
    if (cid !== undefined) this.queues[0]!.answer({ cid, dword0 });
  }

  /** Logs how a reset ended, and says so. */
  ccrEnded(icid: number, ciu: number, status: number): void {
    this.ccrLog.push({ icid, ciu, status });
    this.event(CCR_COMPLETED_EVENT);
  }

  /** The controller's side ends every connection. */
  close(): void {
    for (const queue of this.queues) queue.closeByController();
  }
}

class ScriptedQueue implements Connection, PduListener {
  readonly #array: ScriptedArray;
  readonly #name: string;
  readonly #path: PathScript;
  readonly #user: ConnectionUser & { opened(): void };
  readonly #decoder = new PduDecoder(this);
  readonly #tapped: TappedConnection;
  #isOpen = true;
  #controller: ScriptedController | null = null;
  #qid = 0;
  #digests: Digests = {};
  #data = new Uint8Array(0);
  /** Writes whose data comes behind an R2T. */
  readonly #transfers = new Map<number, { entry: DataView; data: Uint8Array; left: number }>();

  constructor(
    array: ScriptedArray,
    name: string,
    path: PathScript,
    user: ConnectionUser & { opened(): void },
  ) {
    this.#array = array;
    this.#name = name;
    this.#path = path;
    this.#user = user;
    this.#tapped = array.tap.connection(name);
  }

  open(): void {
    if (!this.#isOpen || !this.#path.isUp) return;
    if (this.#path.refuses) this.closeByController();
    else this.#user.opened();
  }

  send(bytes: Uint8Array): void {
    if (!this.#isOpen) throw new Error('bytes are sent on a closed connection');
    this.#tapped.sent(bytes);
    if (!this.#path.isUp) return;
    this.#array.later(() => {
      if (this.#path.isUp) this.#decoder.push(bytes, 0, bytes.length, this.#array.time.now(), 0);
    });
  }

  end(): void {
    this.#isOpen = false;
  }

  abort(): void {
    this.#isOpen = false;
  }

  closeByController(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#user.closed();
  }

  answer(fields: CqeFields): void {
    this.#toHost(encodeResponse(fields, this.#digests));
  }

  onHeader(pdu: Pdu): void {
    this.#data = new Uint8Array(pdu.dataLength);
  }

  onData(_pdu: Pdu, bytes: Uint8Array, start: number, end: number, at: number): void {
    this.#data.set(bytes.subarray(start, end), at);
  }

  onLost(reason: string): void {
    throw new Error(reason);
  }

  onEnd(pdu: Pdu): void {
    if (!pdu.headerDigestOk || !pdu.dataDigestOk) throw new Error('the host sent a wrong digest');
    if (pdu.type === PduType.icReq) this.#initialise(pdu);
    else if (pdu.type === PduType.capsuleCmd) {
      const header = pdu.header.slice(CAPSULE_ENTRY_OFFSET, CAPSULE_ENTRY_OFFSET + 64);
      this.#command(new DataView(header.buffer), this.#data);
    } else if (pdu.type === PduType.h2cData) this.#transferred(pdu);
    else throw new Error(`the host sent a PDU of type ${pdu.type}`);
  }

  #initialise({ view }: Pdu): void {
    const asked = view.getUint8(11);
    const header = this.#path.digests.header === true && (asked & 1) !== 0;
    const data = this.#path.digests.data === true && (asked & 2) !== 0;
    const answer = encodeIcResp(4096);
    answer[11] = (header ? 1 : 0) | (data ? 2 : 0);
    this.#toHost(answer);
    this.#digests = { header, data };
  }

  #command(entry: DataView, data: Uint8Array): void {
    const cid = sqeCid(entry, 0);
    const opcode = sqeOpcode(entry, 0);
    const length = sqeSglLength(entry, 0);
    const sendsData = (opcode & 3) === 1 && length > 0;
    if (sendsData && sqeSglType(entry, 0) !== SglType.inCapsule) {
      this.#transfers.set(cid, { entry, data: new Uint8Array(length), left: length });
      this.#toHost(r2t(cid, length, this.#digests));
      return;
    }
    this.#execute(entry, data);
  }

  #transferred({ view, dataLength }: Pdu): void {
    const transfer = this.#transfers.get(dataCid(view))!;
    if (dataLength > 4096) throw new Error('more data than MAXH2CDATA');
    transfer.data.set(this.#data, transferOffset(view));
    transfer.left -= dataLength;
    if (transfer.left > 0) return;
    this.#transfers.delete(dataCid(view));
    this.#execute(transfer.entry, transfer.data);
  }

  #execute(entry: DataView, data: Uint8Array): void {
    const cid = sqeCid(entry, 0);
    const opcode = sqeOpcode(entry, 0);
    if (opcode === AdminOpcode.fabrics && fabricsType(entry, 0) === FabricsType.connect) {
      this.#connect(entry, data);
      return;
    }
    const seen: SeenCommand = {
      t: this.#array.time.now(),
      path: this.#name,
      instance: this.#controller!.instance,
      qid: this.#qid,
      opcode,
      entry,
      data,
      cid,
    };
    this.#array.seen.push(seen);
    const reaction = this.#path.react(seen);
    if (reaction === 'hold') return;
    if (reaction !== undefined) this.answer({ cid, ...reaction });
    else if (this.#qid > 0) this.#io(entry, data);
    else this.#admin(entry);
  }

  #connect(entry: DataView, data: Uint8Array): void {
    if (data.length !== CONNECT_DATA_BYTES) throw new Error('Connect without its data');
    const { cntlid } = this.#path;
    this.#qid = connectQueueId(entry, 0);
    if (this.#qid === 0) {
      this.#controller = new ScriptedController(this.#array, this.#name, this.#path);
      this.#controller.katoMs = connectKatoMs(entry, 0);
    } else {
      if (readConnectData(data).cntlid !== cntlid) throw new Error('Connect of another controller');
      this.#controller = this.#array.controllerOf(this.#name);
    }
    this.#controller.queues.push(this);
    this.answer({ cid: sqeCid(entry, 0), dword0: cntlid });
  }

  #admin(entry: DataView): void {
    const cid = sqeCid(entry, 0);
    const controller = this.#controller!;
    switch (sqeOpcode(entry, 0)) {
      case AdminOpcode.fabrics:
        this.answer({ cid, dword0: this.#property(entry) });
        break;
      case AdminOpcode.identify:
        this.#sendData(cid, identifyCns(entry, 0) === 1 ? this.#identify() : namespaceData());
        break;
      case AdminOpcode.setFeatures:
        this.answer({ cid, dword0: 0x0003_0003 });
        break;
      case AdminOpcode.asyncEventRequest:
        controller.eventRequests.push(cid);
        break;
      case AdminOpcode.getLogPage:
        this.#logPage(entry);
        break;
      case AdminOpcode.keepAlive:
        this.answer({ cid });
        break;
      case AdminOpcode.crossControllerReset:
        this.answer({ cid, ...this.#crossReset(entry) });
        break;
      default:
        this.answer({ cid, status: 1 });
    }
  }

  #property(entry: DataView): number {
    if (fabricsType(entry, 0) !== FabricsType.propertyGet) return 0;
    return propertyOffset(entry, 0) === Property.status ? 1 : 0x0a00_00ff;
  }

  #identify(): Uint8Array {
    const { cntlid, tbkas, cqtMs, ccrl, oaes, cmic, ioccsz, ciu } = this.#path;
    const { cirn } = this.#controller!;
    const bytes = encodeIdentify({ cntlid, tbkas, cqtMs, ciu, cirn, ccrl, kas: 10 });
    const view = new DataView(bytes.buffer);
    bytes[76] = cmic;
    view.setUint32(92, oaes, true);
    view.setUint32(1792, ioccsz, true);
    return bytes;
  }

  /** IRS where the triple is that of a live controller, as a good array with nothing in flight would answer. */
  #crossReset(entry: DataView): Omit<CqeFields, 'cid'> {
    const named = this.#array.controllers.findLast(
      (it) =>
        it.script.cntlid === ccrImpairedCntlid(entry, 0) &&
        it.script.ciu === ccrUniquifier(entry, 0) &&
        it.cirn === ccrRandomNumber(entry, 0),
    );
    return named === undefined ? { status: 2 } : { dword0: 1 };
  }

  #logPage(entry: DataView): void {
    const bytes = new Uint8Array(sqeSglLength(entry, 0));
    const controller = this.#controller!;
    if (logPageId(entry, 0) === CCR_LOG_PAGE) {
      bytes.set(encodeCcrLog(controller.ccrLog));
      if (logPageSpecific(entry, 0) & 1) {
        controller.ccrLog = controller.ccrLog.filter(({ status }) => status === 0);
      }
    } else if (logPageId(entry, 0) === 0x0c) {
      const view = new DataView(bytes.buffer);
      view.setUint16(8, 1, true);
      view.setUint32(16, 1, true);
      bytes[32] = this.#path.anaState;
    }
    this.#sendData(sqeCid(entry, 0), bytes);
  }

  #io(entry: DataView, data: Uint8Array): void {
    const cid = sqeCid(entry, 0);
    const { medium } = this.#array;
    const at = sqeSlba(entry, 0) * BLOCK;
    switch (sqeOpcode(entry, 0)) {
      case IoOpcode.write:
        medium.set(data, at);
        this.answer({ cid });
        break;
      case IoOpcode.read:
        this.#sendData(cid, medium.slice(at, at + sqeBlocks(entry, 0) * BLOCK));
        break;
      case IoOpcode.writeZeroes:
        medium.fill(0, at, at + sqeBlocks(entry, 0) * BLOCK);
        this.answer({ cid });
        break;
      default:
        this.answer({ cid });
    }
  }

  /** In two pieces, of which the second says that the command succeeded. */
  #sendData(cid: number, bytes: Uint8Array): void {
    const half = bytes.length >> 1;
    const pieces = [
      { cid, offset: 0, data: bytes.subarray(0, half) },
      { cid, offset: half, data: bytes.subarray(half), last: true, success: true },
    ];
    for (const piece of pieces) this.#toHost(encodeC2hData(piece, this.#digests));
  }

  #toHost(bytes: Uint8Array): void {
    if (!this.#path.isUp) return;
    this.#array.later(() => {
      if (!this.#isOpen || !this.#path.isUp) return;
      this.#tapped.delivered(bytes);
      this.#user.received(bytes);
    });
  }
}

/** R2T for a whole write. */
function r2t(cid: number, length: number, digests: Digests): Uint8Array {
  return encodePdu({
    type: PduType.r2t,
    headerLength: 24,
    digests,
    fill: (view) => {
      view.setUint16(8, cid, true);
      view.setUint16(10, cid ^ 0x5555, true);
      view.setUint32(16, length, true);
    },
  });
}

/** 1,024 blocks of 512 bytes, in ANA group 1. */
function namespaceData(): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 1024n, true);
  bytes[130] = 9;
  view.setUint32(92, 1, true);
  return bytes;
}
