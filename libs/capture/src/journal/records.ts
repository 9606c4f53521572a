/** What a request asks of the medium. */
export type JournalOp = 'read' | 'write' | 'write-zeroes' | 'trim' | 'flush';

/** What the journal says of a request when it is received. */
export interface ReceivedFields {
  /** Number of the request, unique in the journal, from 1, in the order received. */
  readonly request: number;
  /** Number of the export, as its `export` record gives it. */
  readonly export: number;
  /** Number of the client's connection, unique in the journal. */
  readonly connection: number;
  readonly op: JournalOp;
  /** Force unit access: the answer waits until the data are on stable storage. */
  readonly fua: boolean;
  /** Bytes from the start of the medium. */
  readonly offset: number;
  /** Bytes; 0 for a flush. */
  readonly length: number;
  /**
   * `hashBlock` of each logical block of a write, in order. Empty for other operations, and for a write
   * that is not aligned to logical blocks.
   */
  readonly hashes: readonly bigint[];
}

/** A node's door to the medium. Exports come before the first request that uses them. */
export interface ExportRecord {
  readonly kind: 'export';
  readonly export: number;
  /** Name of the array node that it belongs to. */
  readonly node: string;
}

interface ConnectionMoment<Kind extends string> {
  readonly kind: Kind;
  readonly t: number;
  readonly export: number;
  readonly connection: number;
}

/** A client came to an export (its handshake is over) or left it. */
export type ConnectionRecord = ConnectionMoment<'connect'> | ConnectionMoment<'disconnect'>;

/** The whole request, a write's data included, has been read from the client's socket. */
export interface ReceivedRecord extends ReceivedFields {
  readonly kind: 'received';
  readonly t: number;
}

interface Moment<Kind extends string> {
  readonly kind: Kind;
  readonly t: number;
  readonly request: number;
}

/**
 * What became of a request, in the order in which it happened:
 * - `held`, `released`: by a fault; a released request goes on as if received anew.
 * - `applied`: the medium holds the data. Of requests that change the medium, the order of these records
 *   is the order on the medium. A read and a flush have one too: their place in that order.
 * - `discarded`: dropped by a fault while held; it will never be applied nor answered.
 * - `replied`: the answer was handed to the client's socket, never before `applied` or `failed`.
 */
export type ProgressRecord =
  Moment<'held'> | Moment<'released'> | Moment<'applied'> | Moment<'discarded'> | Moment<'replied'>;

/** The request was answered with an error and changed nothing, unless the medium itself broke. */
export interface FailedRecord {
  readonly kind: 'failed';
  readonly t: number;
  readonly request: number;
  /** As Linux numbers them: 5 is EIO. */
  readonly errno: number;
}

/** The journal was closed in order; nothing follows. */
export interface EndRecord {
  readonly kind: 'end';
  readonly t: number;
}

/** One line of the journal. Every `t` is in nanoseconds since the lab started. */
export type JournalRecord =
  ExportRecord | ConnectionRecord | ReceivedRecord | ProgressRecord | FailedRecord | EndRecord;

export interface JournalHeader {
  readonly version: number;
  /** Bytes of a logical block. */
  readonly blockSize: number;
}

/** Where a journal stopped being readable, and why. */
export interface JournalCut {
  /** Byte of the file at which the part begins that could not be read. */
  readonly offset: number;
  /** One clause for people. */
  readonly reason: string;
}
