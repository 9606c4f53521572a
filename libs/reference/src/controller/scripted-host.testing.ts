import { VirtualTime } from '@fenceline/contracts';
import {
  AdminOpcode,
  ANY_CONTROLLER,
  COMMON_HEADER_BYTES,
  cqeCid,
  cqeDoNotRetry,
  cqeDword0,
  cqeDword1,
  cqeStatus,
  dataCid,
  encodeCommand,
  encodeConnectData,
  encodeH2cData,
  encodeIcReq,
  encodeSqe,
  FabricsType,
  icDigests,
  icRespMaxH2cData,
  IoOpcode,
  PduDecoder,
  PduFlag,
  PduType,
  Property,
  readCcrLog,
  readIdentifyController,
  termFatalErrorStatus,
  transferLength,
  transferOffset,
  transferTag,
  type CcrLogEntry,
  type Digests,
  type Pdu,
  type SqeFields,
} from '@fenceline/nvme';
import type {
  Connection,
  ConnectionUser,
  Medium,
  MediumRequest,
  MediumResult,
} from '../transport.js';
import { ReferenceArrayNode, type ArrayNodeOptions } from './array-node.js';

export const BLOCK = 4096;
export const SUBSYSTEM = 'nqn.2026-01.io.fenceline:array';
export const HOST = 'nqn.2026-01.io.fenceline:host-1';

/** A request at the medium that has not ended. */
export interface Pending {
  request: MediumRequest;
  finish(error?: string): void;
}

/** A disk in memory that ends its requests at once, or when it is told to. */
export class TestMedium implements Medium {
  readonly blockSize = BLOCK;
  readonly size = 256 * BLOCK;
  readonly bytes = new Uint8Array(this.size);
  readonly pending: Pending[] = [];
  /** Requests that were ever submitted. */
  readonly submitted: MediumRequest[] = [];
  holds = false;
  error: string | null = null;

  constructor(private readonly time: VirtualTime) {}

  submit(request: MediumRequest, done: (result: MediumResult) => void): void {
    this.submitted.push(request);
    const entry: Pending = {
      request,
      finish: (error) => {
        const index = this.pending.indexOf(entry);
        if (index < 0) return;
        this.pending.splice(index, 1);
        done(error === undefined ? { ok: true, ...this.#apply(request) } : { ok: false, error });
      },
    };
    this.pending.push(entry);
    if (!this.holds) this.time.at(this.time.now(), () => entry.finish(this.error ?? undefined));
  }

  /** Ends all that is held. */
  release(): void {
    this.holds = false;
    for (const entry of [...this.pending]) entry.finish();
  }

  #apply(request: MediumRequest): { data?: Uint8Array } {
    switch (request.op) {
      case 'read':
        return { data: this.bytes.slice(request.offset, request.offset + request.length) };
      case 'write':
        this.bytes.set(request.data, request.offset);
        return {};
      case 'write-zeroes':
      case 'trim':
        this.bytes.fill(0, request.offset, request.offset + request.length);
        return {};
      case 'flush':
        return {};
    }
  }
}

export interface Answer {
  status: number;
  dword0: number;
  dword1: number;
  data: Uint8Array;
  doNotRetry: boolean;
}

/** What became of a PDU stream, for looking at what was said. */
export type Tap = (direction: 'host' | 'node', bytes: Uint8Array) => void;

export interface QueueOptions {
  digests?: Digests;
  /** Cuts what is sent into pieces of these lengths, again and again. */
  splits?: readonly number[];
  alignment?: number;
  /** Sent first, in place of an ICReq. */
  greeting?: Uint8Array;
  tap?: Tap;
}

/** A command as a test wants it, right or wrong. */
export type CommandFields = Omit<SqeFields, 'cid'> & { flags?: number; sglType?: number };

/** One connection of a scripted host: says what a test wants said and collects the answers. */
export class HostQueue {
  readonly answers = new Map<number, Answer>();
  /** Data of reads that have no answer yet. */
  readonly #data = new Map<number, Uint8Array>();
  /** Data that R2Ts may ask for. */
  readonly #offered = new Map<number, Uint8Array>();
  /** Every PDU type that came. */
  readonly pdus: number[] = [];
  maxH2cData = 0;
  digests: Digests = {};
  terminated: number | null = null;
  isClosed = false;
  user!: ConnectionUser;
  #cids = 0;
  #outbox: Uint8Array[] = [];

  constructor(
    private readonly lab: TestLab,
    node: ReferenceArrayNode,
    readonly portId: number,
    private readonly options: QueueOptions = {},
  ) {
    const decoder = new PduDecoder({
      onHeader: () => undefined,
      onData: (pdu, bytes, start, end, at) => this.#take(pdu, bytes.subarray(start, end), at),
      onEnd: (pdu) => this.#end(pdu),
      onLost: (reason) => {
        throw new Error(reason);
      },
    });
    const connection: Connection = {
      send: (bytes) =>
        this.lab.soon(() => {
          this.options.tap?.('node', bytes);
          decoder.push(bytes, 0, bytes.length, 0, 0);
        }),
      end: () => this.lab.soon(() => (this.isClosed = true)),
      abort: () => (this.isClosed = true),
    };
    this.user = node.accept(portId, connection);
    this.send(
      options.greeting ??
        encodeIcReq({
          ...options.digests,
          ...(options.alignment !== undefined && { alignment: options.alignment }),
        }),
    );
    this.lab.run();
  }

  /** Sends bytes, in pieces where the options say so. */
  send(bytes: Uint8Array): void {
    this.#outbox.push(bytes);
    this.lab.soon(() => this.#flush());
  }

  #flush(): void {
    const bytes = this.#outbox.shift();
    if (bytes === undefined || this.isClosed) return;
    this.options.tap?.('host', bytes);
    const splits = this.options.splits ?? [bytes.length];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const end = Math.min(bytes.length, at + splits[i % splits.length]!);
      // Lent only: a buffer that is written over afterwards shows who kept it.
      const lent = bytes.slice(at, end);
      this.user.received(lent);
      lent.fill(0xee);
      at = end;
    }
  }

  /** The host ends the connection, or it is lost. */
  close(): void {
    this.isClosed = true;
    this.user.closed();
  }

  /** Sends a command; its CID. */
  issue(fields: CommandFields, data?: Uint8Array, inCapsule = false): number {
    const cid = ++this.#cids;
    const length = data?.length ?? fields.dataLength ?? 0;
    const sqe = encodeSqe({ ...fields, cid, dataLength: length, inCapsule });
    if (fields.flags !== undefined) sqe[1] = fields.flags;
    if (fields.sglType !== undefined) sqe[39] = fields.sglType;
    if (data && !inCapsule) this.#offered.set(cid, data);
    this.send(encodeCommand(sqe, inCapsule ? data : undefined, this.digests));
    return cid;
  }

  /** Sends a command and lets the node work; its answer. */
  ask(fields: CommandFields, data?: Uint8Array, inCapsule = false): Answer {
    const cid = this.issue(fields, data, inCapsule);
    this.lab.run();
    return this.answer(cid);
  }

  answer(cid: number): Answer {
    const answer = this.answers.get(cid);
    if (answer === undefined) throw new Error(`command ${cid} has no answer`);
    return answer;
  }

  connect(fields: {
    qid?: number;
    cntlid?: number;
    katoMs?: number;
    subsystemNqn?: string;
    hostNqn?: string;
    hostId?: number;
    entries?: number;
    format?: number;
    noFlowControl?: boolean;
    inCapsule?: boolean;
  }): Answer {
    const data = encodeConnectData({
      cntlid: fields.cntlid ?? ANY_CONTROLLER,
      subsystemNqn: fields.subsystemNqn ?? SUBSYSTEM,
      hostNqn: fields.hostNqn ?? HOST,
      hostId: new Uint8Array(16).fill(fields.hostId ?? 1),
    });
    const dwords = {
      10: ((fields.qid ?? 0) << 16) | (fields.format ?? 0),
      11: ((fields.noFlowControl ? 4 : 0) << 16) | ((fields.entries ?? 32) - 1),
      12: fields.katoMs ?? 0,
    };
    const type = FabricsType.connect;
    const { inCapsule = true } = fields;
    return this.ask({ opcode: AdminOpcode.fabrics, fabricsType: type, dwords }, data, inCapsule);
  }

  propertyGet(offset: number, size: 4 | 8 = 4): Answer {
    const dwords = { 10: size === 8 ? 1 : 0, 11: offset };
    return this.ask({ opcode: AdminOpcode.fabrics, fabricsType: FabricsType.propertyGet, dwords });
  }

  /** As `propertyGet`; undefined where no answer comes. */
  tryPropertyGet(offset: number): Answer | undefined {
    const dwords = { 10: 0, 11: offset };
    const fields = { opcode: AdminOpcode.fabrics, fabricsType: FabricsType.propertyGet, dwords };
    const cid = this.issue(fields);
    this.lab.run();
    return this.answers.get(cid);
  }

  propertySet(offset: number, value: number): Answer {
    const cid = this.setProperty(offset, value);
    this.lab.run();
    return this.answer(cid);
  }

  /** Sends a Property Set; its CID. */
  setProperty(offset: number, value: number): number {
    const dwords = { 10: 0, 11: offset, 12: value };
    const fabricsType = FabricsType.propertySet;
    return this.issue({ opcode: AdminOpcode.fabrics, fabricsType, dwords });
  }

  identify(cns: number, nsid = 0): Answer {
    return this.ask({ opcode: AdminOpcode.identify, nsid, dataLength: 4096, dwords: { 10: cns } });
  }

  /** Get Log Page of `length` bytes. */
  log(
    page: number,
    length: number,
    options: { lsp?: number; rae?: boolean; offset?: number } = {},
  ) {
    const { lsp = 0, rae = false, offset = 0 } = options;
    return this.ask({
      opcode: AdminOpcode.getLogPage,
      nsid: 0xffff_ffff,
      dataLength: length,
      dwords: {
        10: (page | (lsp << 8) | (rae ? 0x8000 : 0) | ((length / 4 - 1) << 16)) >>> 0,
        12: offset,
      },
    });
  }

  feature(id: number, value?: number, dataLength = 0): Answer {
    const opcode = value === undefined ? AdminOpcode.getFeatures : AdminOpcode.setFeatures;
    const dwords = { 10: id, 11: value ?? (dataLength > 0 ? 1 : 0) };
    return this.ask({ opcode, dataLength, dwords });
  }

  ccr(named: { cntlid: number; ciu: number; cirn: bigint }): number {
    return this.issue({
      opcode: AdminOpcode.crossControllerReset,
      dwords: {
        10: (named.ciu << 16) | named.cntlid,
        12: Number(named.cirn & 0xffff_ffffn),
        13: Number(named.cirn >> 32n),
      },
    });
  }

  write(slba: number, data: Uint8Array, inCapsule = true): number {
    return this.issue(
      { opcode: IoOpcode.write, nsid: 1, slba, blocks: data.length / BLOCK },
      data,
      inCapsule,
    );
  }

  read(slba: number, blocks: number): number {
    const fields = { opcode: IoOpcode.read, nsid: 1, slba, blocks, dataLength: blocks * BLOCK };
    return this.issue(fields);
  }

  #take(pdu: Pdu, bytes: Uint8Array, at: number): void {
    if (pdu.type !== PduType.c2hData) return;
    const cid = dataCid(pdu.view);
    const offset = transferOffset(pdu.view) + at;
    const whole = new Uint8Array(offset + bytes.length);
    whole.set(this.#data.get(cid) ?? []);
    whole.set(bytes, offset);
    this.#data.set(cid, whole);
  }

  #end(pdu: Pdu): void {
    this.pdus.push(pdu.type);
    if (!pdu.headerDigestOk || !pdu.dataDigestOk) throw new Error('a digest does not match');
    const { view } = pdu;
    switch (pdu.type) {
      case PduType.icResp:
        this.maxH2cData = icRespMaxH2cData(view);
        this.digests = {
          header: (icDigests(view) & 1) !== 0,
          data: (icDigests(view) & 2) !== 0,
        };
        return;
      case PduType.r2t:
        this.#sendData(
          dataCid(view),
          transferTag(view),
          transferOffset(view),
          transferLength(view),
        );
        return;
      case PduType.c2hData:
        if (pdu.flags & PduFlag.success) this.#answered(dataCid(view), 0, 0, 0, false);
        return;
      case PduType.capsuleResp:
        this.#answered(
          cqeCid(view, COMMON_HEADER_BYTES),
          cqeStatus(view, COMMON_HEADER_BYTES),
          cqeDword0(view, COMMON_HEADER_BYTES),
          cqeDword1(view, COMMON_HEADER_BYTES),
          cqeDoNotRetry(view, COMMON_HEADER_BYTES),
        );
        return;
      case PduType.c2hTermReq:
        this.terminated = termFatalErrorStatus(view);
    }
  }

  #answered(cid: number, status: number, dword0: number, dword1: number, doNotRetry: boolean) {
    if (this.answers.has(cid)) throw new Error(`command ${cid} is answered twice`);
    const data = this.#data.get(cid) ?? new Uint8Array(0);
    this.answers.set(cid, { status, dword0, dword1, data, doNotRetry });
  }

  #sendData(cid: number, tag: number, offset: number, length: number): void {
    const data = this.#offered.get(cid);
    if (data === undefined) return;
    for (let at = offset; at < offset + length;) {
      const end = Math.min(offset + length, at + this.maxH2cData);
      const last = end === offset + length;
      const fields = { cid, tag, offset: at, data: data.subarray(at, end), last };
      this.send(encodeH2cData(fields, this.digests));
      at = end;
    }
  }
}

export interface AssociationOptions extends QueueOptions {
  katoMs?: number;
  hostNqn?: string;
  /** Options of each queue, in place of those that all share. */
  optionsOf?: () => QueueOptions;
}

/** An association of a scripted host: admin queue and one I/O queue, enabled and ready. */
export class HostAssociation {
  readonly admin: HostQueue;
  readonly io: HostQueue;
  readonly cntlid: number;

  constructor(
    lab: TestLab,
    node: ReferenceArrayNode,
    portId: number,
    fields: AssociationOptions = {},
  ) {
    const { katoMs = 0, hostNqn = HOST, optionsOf = () => fields } = fields;
    this.admin = new HostQueue(lab, node, portId, optionsOf());
    this.cntlid = this.admin.connect({ katoMs, hostNqn }).dword0;
    this.enable();
    this.admin.feature(0x0b, (1 << 20) | (1 << 11));
    this.io = new HostQueue(lab, node, portId, optionsOf());
    this.io.connect({ qid: 1, cntlid: this.cntlid, hostNqn });
  }

  enable(): void {
    this.admin.propertySet(Property.configuration, ENABLE);
  }

  /** CNTLID, CIU and CIRN as Identify tells them. */
  get instance() {
    return readIdentifyController(this.admin.identify(1).data);
  }

  /** The entries of log page 1Eh. */
  ccrLog(lsp = 0): CcrLogEntry[] {
    return readCcrLog(this.admin.log(0x1e, 4096, { lsp }).data);
  }

  request(): number {
    return this.admin.issue({ opcode: AdminOpcode.asyncEventRequest });
  }
}

/** CC of a host that enables: entries of 64 and 16 bytes. */
export const ENABLE = (4 << 20) | (6 << 16) | 1;

/** Nodes over one medium, on virtual time. */
export class TestLab {
  readonly time = new VirtualTime();
  readonly medium = new TestMedium(this.time);
  readonly lines: string[] = [];
  #random = 1;

  node(options: Partial<ArrayNodeOptions> = {}): ReferenceArrayNode {
    return new ReferenceArrayNode({
      name: 'node',
      scheduler: this.time,
      random: () => (this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0),
      log: (line) => this.lines.push(line),
      subsystemNqn: SUBSYSTEM,
      serial: 'FENCELINE',
      namespace: { nsid: 1, uuid: '11111111-2222-3333-4444-555555555555', nguid: 'ab'.repeat(16) },
      ports: [1, 2].map((id) => ({
        id,
        address: `10.0.${id}.1`,
        trsvcid: '4420',
        medium: this.medium,
      })),
      cntlidMin: 1,
      cntlidMax: 100,
      ...options,
    });
  }

  soon(callback: () => void): void {
    this.time.at(this.time.now(), callback);
  }

  /** Lets everything happen that takes no time. */
  run(): void {
    this.time.runTo(this.time.now());
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.time.runTo(this.time.now() + ms * 1_000_000);
  }
}

/** A block whose bytes all have one value. */
export const block = (value: number): Uint8Array => new Uint8Array(BLOCK).fill(value);
