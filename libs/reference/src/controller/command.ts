import {
  fabricsType,
  FabricsType,
  IoOpcode,
  sendsData,
  SglType,
  sqeCid,
  sqeNsid,
  sqeOpcode,
  sqeSglLength,
  sqeSglType,
  roomFor,
  SQE_BYTES,
  Status,
} from '@fenceline/nvme';

/** Where the answers of a command go: its queue, as long as that has its connection. */
export interface Answers {
  answer(command: Command, status: number, dword0: number, dword1: number): void;
  sendData(command: Command, data: Uint8Array): void;
  /** Takes room for data back that nobody reads any more. */
  giveBack(room: Uint8Array): void;
}

const nothing = new Uint8Array(0);

/** A command that a host sent, from its capsule to its answer. */
export class Command {
  readonly opcode: number;
  readonly cid: number;
  readonly nsid: number;
  /** The whole entry, for fields of CDW10 to CDW15. */
  readonly sqe: DataView;
  /** Bytes of data that SGL1 describes. */
  readonly length: number;
  /** Data from the host, complete when the command is carried out. */
  data: Uint8Array = nothing;
  #answered = false;

  /** @param entry bytes of the capsule's header; copied */
  constructor(
    private readonly queue: Answers,
    entry: Uint8Array,
    at: number,
  ) {
    const bytes = roomFor(SQE_BYTES);
    for (let i = 0; i < SQE_BYTES; i++) bytes[i] = entry[at + i]!;
    this.sqe = new DataView(bytes.buffer, bytes.byteOffset, SQE_BYTES);
    this.opcode = sqeOpcode(this.sqe, 0);
    this.cid = sqeCid(this.sqe, 0);
    this.nsid = sqeNsid(this.sqe, 0);
    this.length = sqeSglLength(this.sqe, 0);
  }

  get isAnswered(): boolean {
    return this.#answered;
  }

  get isFabrics(): boolean {
    return this.opcode === IoOpcode.fabrics;
  }

  /** Is it a fabrics command of this type? */
  isFabricsType(type: (typeof FabricsType)[keyof typeof FabricsType]): boolean {
    return this.isFabrics && fabricsType(this.sqe, 0) === type;
  }

  /** Bytes of data that come from the host: in the capsule, or after an R2T. */
  get lengthFromHost(): number {
    return sendsData(this.isFabrics ? fabricsType(this.sqe, 0) : this.opcode) ? this.length : 0;
  }

  get isInCapsule(): boolean {
    return sqeSglType(this.sqe, 0) === SglType.inCapsule;
  }

  /** True for the SGL types that NVMe/TCP has. */
  get hasKnownSgl(): boolean {
    return this.isInCapsule || sqeSglType(this.sqe, 0) === SglType.transport || this.length === 0;
  }

  /** Answers the command, once: what comes later is left out. */
  answer(status: number, dword0 = 0, dword1 = 0): void {
    if (this.#answered) return;
    this.#answered = true;
    this.queue.answer(this, status, dword0, dword1);
  }

  /** Lets go of the data from the host: neither this command nor the medium reads it any more. */
  releaseData(): void {
    if (this.data.length === 0) return;
    this.queue.giveBack(this.data);
    this.data = nothing;
  }

  /** Answers it with data, which is not copied. Its length must be that which the host asked for. */
  answerData(data: Uint8Array): void {
    if (this.#answered) return;
    if (data.length !== this.length || this.isInCapsule) {
      this.answer(Status.dataSglLengthInvalid);
      return;
    }
    this.#answered = true;
    this.queue.sendData(this, data);
  }
}
