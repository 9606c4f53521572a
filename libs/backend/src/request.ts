import type { JournalOp, ReceivedFields } from '@fenceline/capture';

/** Of a request that is no aligned write. */
export const noHashes: readonly bigint[] = [];

/** A request of an array node as listeners and `held()` see it. Times are ns since the lab started. */
export interface Request {
  /** Its number in the journal. */
  readonly id: number;
  /** Name of the array node. */
  readonly node: string;
  readonly op: JournalOp;
  /** Force unit access. */
  readonly fua: boolean;
  /** Bytes from the start of the medium. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** Payload hash of each logical block of an aligned write; else empty. */
  readonly hashes: readonly bigint[];
  readonly receivedAt: number;
  /** Null while it has not happened. */
  readonly heldAt: number | null;
  readonly releasedAt: number | null;
  readonly appliedAt: number | null;
  readonly failedAt: number | null;
  readonly repliedAt: number | null;
}

/** Where answers go: the connection that a request came over. */
export interface Client {
  /** Answers a request, unless the client has gone. @param errno 0 for success. */
  answer(task: Task, errno: number): void;
  /** One of its requests is held now: the connection need not wait for the answer before it ends. */
  held(): void;
  /** The request will never be answered. */
  forget(task: Task): void;
}

/** A request on its way through the backend. */
export class Task implements Request, ReceivedFields {
  readonly id: number;
  readonly node: string;
  readonly export: number;
  readonly connection: number;
  readonly op: JournalOp;
  readonly fua: boolean;
  readonly offset: number;
  readonly length: number;
  readonly client: Client;
  /** The client's name for it, two halves of 64 bits. */
  readonly cookieHigh: number;
  readonly cookieLow: number;
  /**
   * A write's payload until it is applied, lent by the connection until `keepPayload`; what a read found from then
   * until it is answered.
   */
  data: Uint8Array | null = null;
  #kept = false;
  hashes: readonly bigint[] = noHashes;
  receivedAt = 0;
  heldAt: number | null = null;
  releasedAt: number | null = null;
  appliedAt: number | null = null;
  failedAt: number | null = null;
  repliedAt: number | null = null;
  /** Which release set it free; 0 for none. Requests of one release are applied one after the other. */
  releasedBy = 0;

  constructor(
    id: number,
    origin: { node: string; export: number; connection: number; client: Client },
    op: JournalOp,
    fua: boolean,
    offset: number,
    length: number,
    cookieHigh: number,
    cookieLow: number,
  ) {
    this.id = id;
    this.node = origin.node;
    this.export = origin.export;
    this.connection = origin.connection;
    this.client = origin.client;
    this.op = op;
    this.fua = fua;
    this.offset = offset;
    this.length = length;
    this.cookieHigh = cookieHigh;
    this.cookieLow = cookieLow;
  }

  /** Its number, by the journal's name. */
  get request(): number {
    return this.id;
  }

  /** Copies the payload, if there is one: it will be needed when the connection has read on. */
  keepPayload(): void {
    if (this.#kept || this.data === null) return;
    this.data = new Uint8Array(this.data);
    this.#kept = true;
  }

  get changesMedium(): boolean {
    return this.op === 'write' || this.op === 'write-zeroes' || this.op === 'trim';
  }
}
