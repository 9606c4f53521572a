import type { LabEvent } from '@fenceline/contracts';
import type { CcrLogEntry } from '@fenceline/nvme';

export type { CcrLogEntry };

/**
 * The history: a recording decoded. Plain data, in the words of the rules ("Moments on the wire").
 *
 * Times are nanoseconds of the lab's clock. `never` (Infinity) stands for a moment that did not come,
 * so that comparisons need no special case. Blocks are logical blocks of the one namespace.
 */
export const never = Number.POSITIVE_INFINITY;

/** A payload is known by a small number; equal bytes have equal numbers within one history. */
export type PayloadId = number;

/** Where in the evidence to look: a capture's file name with the frame's number (from 1, as Wireshark counts). */
export interface FrameRef {
  file: string;
  frame: number;
}

/** One TCP connection: the admin queue (qid 0) or an I/O queue of an association. */
export interface Connection {
  id: number;
  link: string;
  qid: number;
  /** Sockets as text: `address:port`. */
  hostSocket: string;
  nodeSocket: string;
  openedAt: number;
  /** The first FIN or RST that the host sent, as it was sent. */
  hostClosedAt: number;
  /** The first FIN or RST that the node sent, as it was sent. */
  nodeClosedAt: number;
  /** Last time the host sent NVMe/TCP bytes not sent before. */
  lastNewHostBytesAt: number;
}

export interface Association {
  /** Position in `History.associations`, in the order of their admin Connect. */
  id: number;
  /** For people: `host1 over A, CNTLID 1 (#0)`. */
  label: string;
  host: string;
  hostNqn: string;
  subsystemNqn: string;
  link: string;
  node: string;
  cntlid: number;
  /** When the admin Connect was answered to the host; `never` when it was not. */
  connectedAt: number;
  connections: Connection[];
  /** When Identify Controller data was first delivered to the host; `never` when none was. */
  identifiedAt: number;
  /** Keep Alive time-out in ms from the latest Connect or Set Features, rounded up to KAS; 0 means none. */
  katoMs: number;
  /** CTRATT bit 6 of the Identify Controller data that was delivered to the host; false when none was. */
  tbkas: boolean;
  /** Command quiesce time in ms, as reported; 0 means that the target promised nothing. */
  cqtMs: number;
  ciu: number;
  cirn: bigint;
  ccrl: number;
  /** H: last time the host sent new NVMe/TCP bytes on any connection of the association. */
  lastNewHostBytesAt: number;
  /** T: last time a command of the association became complete at the target; -Infinity when none did. */
  lastCompleteAt: number;
  /**
   * Give-up by the host: the first FIN or RST of any connection, a CCR naming it, a retry elsewhere, or the RST of the
   * target that left it no connection.
   */
  giveUpAt: number;
  giveUpBy: 'fin' | 'rst' | 'ccr' | 'retry' | null;
  giveUpAtFrame: FrameRef | null;
  /** The first CCR that names it was sent, whatever else gave it up before; `never` where none was. */
  ccrNamedAt: number;
  /** When a RST was delivered to the host that left it no connection, whatever gave it up before. */
  allResetAt?: number;
  /**
   * CCR success or a confirmed Controller Level Reset, as delivered to the host (a, b of the host fence
   * end); `never` where there was none.
   */
  ccrSuccessDeliveredAt: number;
  resetConfirmedDeliveredAt: number;
  /**
   * The host's first frame, on the link of the source controller, that acknowledges that CCR success: whatever
   * it sends on that link behind it, it sends after the success was delivered to it.
   */
  ccrSuccessAcknowledged?: FrameRef;
  /** The same as they left the node (a′, b′ of the target fence end). */
  ccrSuccessSentAt: number;
  /** When the command whose answer was that success had become complete at the node: it left after that. */
  ccrSuccessAskedAt?: number;
  resetConfirmedSentAt: number;
}

export type MediumOp = 'write' | 'write-zeroes' | 'deallocate';

/** One NVMe command on the wire. */
export interface Command {
  /** Position in `History.commands`, in the order sent. */
  id: number;
  association: number;
  connection: number;
  qid: number;
  cid: number;
  opcode: number;
  /** Name of the specification, e.g. `Write`. */
  name: string;
  /** What it does to the medium, if anything. */
  op: MediumOp | 'read' | 'flush' | 'other';
  nsid: number;
  slba: number;
  /** Number of logical blocks; 0 where the command has none. */
  blocks: number;
  fua: boolean;
  /**
   * Payload of each block: what a write carries, or what a read delivered. Shorter than `blocks` when the
   * data was never seen in full. Write Zeroes has the payload of an all-zero block.
   */
  payloads: PayloadId[];
  /** What was delivered to the node, only where it differs from `payloads` (a retransmission changed it). */
  deliveredPayloads?: PayloadId[];
  /** All ranges of a Dataset Management command that has several; `slba` and `blocks` are the first. */
  ranges?: { slba: number; blocks: number }[];
  /** The frame with the capsule's last header byte was sent by the host. */
  sentAt: number;
  sentFrame: FrameRef;
  /** Every byte of the command and every earlier byte of the connection was delivered to the node. */
  completeAt: number;
  /** The last byte of the answer left the node, was delivered to the host. */
  answerSentAt: number;
  answeredAt: number;
  answerFrame: FrameRef | null;
  /** SCT << 8 | SC of the answer; null when none was seen. */
  status: number | null;
  /** Only of a Cross-Controller Reset. */
  ccr?: CcrRequest;
  /** Only of a Get Log Page of log 1Eh from its beginning, once its data was delivered to the host. */
  ccrLog?: CcrLog;
  /** Only of an Asynchronous Event Request, once its completion was delivered: DW0. */
  event?: number;
}

/** The controller instance that a Cross-Controller Reset names, and the answer. */
export interface CcrRequest {
  icid: number;
  ciu: number;
  cirn: bigint;
  /** IRS of the answer that was delivered to the host: the reset is done. */
  immediate: boolean;
}

/** Log page 1Eh as it was delivered to the host. */
export interface CcrLog {
  /** Number of entries that its header announces; the bytes asked for may have held fewer. */
  announced: number;
  entries: CcrLogEntry[];
}

/** One request that the backend applied to the medium, or holds, or failed. */
export interface Apply {
  /** Position in `History.applies`: the order on the medium for those that were applied. */
  id: number;
  /** Number of the request in the journal. */
  request: number;
  node: string;
  /** The link at whose port the command came in, where each port of the node has an export of its own. */
  link?: string;
  op: MediumOp;
  slba: number;
  blocks: number;
  payloads: PayloadId[];
  receivedAt: number;
  /** `never` when it was not applied (held to the end, failed, discarded). */
  appliedAt: number;
  /** Time in which a fault held it, or null. */
  heldAt: number | null;
  failed: boolean;
  /**
   * For each block, the commands that may have caused it (rules: Attribution): commands at that node (and of
   * that link, where it is known) that cover the block with that payload, complete before `receivedAt`, whose response had not left the node.
   * Empty for a block that nothing explains.
   */
  candidates: number[][];
  /** Why a block has no candidate, where one has none. */
  unattributed: string | null;
  /**
   * Of a block without any candidate whose bytes no command brought to that node: the commands that fit in
   * all but the bytes. Only where a block has some; then the node changed the bytes on their way.
   */
  altered?: { lba: number; commands: number[] }[];
}

/** A fault or hold with its span, for shading and for reasons. */
export interface FaultSpan {
  id: string;
  describe: string;
  fault: 'drop' | 'hold' | 'slow' | 'error';
  link: string | null;
  nodes: readonly string[];
  start: number;
  end: number;
}

export interface ConsoleLine {
  t: number;
  vm: string;
  text: string;
}

/** Something that makes the recording itself doubtful: the verdict cannot be pass. */
export interface InstrumentProblem {
  t: number;
  instrument: string;
  message: string;
}

export interface History {
  /** Bytes of a logical block. */
  blockSize: number;
  /** Payload number → hash of its bytes as 16 hex digits. Number 0 is the all-zero block. */
  payloadHashes: string[];
  /** Number of the block whose bytes are all FFh, where one was seen: a deallocated block may read so. */
  onesPayload?: PayloadId;
  /**
   * What the medium held at the end, by block: every block for which a request came to the backend. Absent
   * in a recording without it.
   */
  finalImage?: Map<number, PayloadId>;
  associations: Association[];
  /** Every TCP connection that a host began to open, taken by the node or not, in the order of the first SYN. */
  openings?: { link: string; t: number }[];
  commands: Command[];
  applies: Apply[];
  faults: FaultSpan[];
  events: LabEvent[];
  consoles: ConsoleLine[];
  problems: InstrumentProblem[];
  /** Moments of interest that are no commands: late deliveries, bytes that changed in a retransmission. */
  remarks: { t: number; text: string; at?: FrameRef }[];
  /** When the recording ended. */
  end: number;
  /**
   * Worst delay of the recorder's event loop around a moment: the uncertainty of its time stamps, in ns.
   */
  uncertaintyAt(t: number): number;
}
