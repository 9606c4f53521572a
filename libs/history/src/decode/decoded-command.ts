import type { CollectedData } from '../wire/in-flight.js';

/** How a decoded command ended, as far as the capture shows. */
export type CommandEnd =
  /** It was answered. */
  | 'answered'
  /** Its connection was closed or reset first. */
  | 'closed'
  /** Its CID was used again first: the capture lacks its answer, or the host gave it up. */
  | 'reused'
  /** The capture ended first. */
  | 'capture-ended'
  /** So many commands were open that it was let go. */
  | 'forgotten';

/** What does not apply to a command, or is not known of it. */
export const none = -1;

/** One command of a capture: its sending and its answer. A termination request is one too, without CID. */
export class DecodedCommand {
  /** Number of its association in this capture, from 1; `none` where no Connect was captured. */
  association = none;
  /** Queue, 0 the admin queue; `none` where no Connect was captured. */
  qid = none;
  cid = none;
  opcode = none;
  /** Name of the opcode, as the specification has it. */
  name = '';
  nsid = none;
  slba = none;
  /** Number of logical blocks, a count. */
  blocks = none;
  /** Bytes of data to or from the controller, from SGL1. */
  bytes = 0;
  /** SCT << 8 | SC; `none` without an answer. */
  status = none;
  /** When its header, and its answer's last byte, went by: ns as `CapturedSegment` has them. */
  sentAt = 0;
  answeredAt = none;
  /** Frame numbers of the same; 0 without an answer. */
  sentFrame = 0;
  answerFrame = 0;
  end: CommandEnd = 'answered';
  /** What is particular to it: a Connect's names, an event's meaning. */
  detail = '';

  /** The submission queue entry, where `detail` needs it. */
  entry: DataView | null = null;
  /** Its data, where `detail` needs them. */
  data: CollectedData | null = null;

  constructor(
    /** `host > target`, each an address and a port. */
    readonly path: string,
  ) {}
}
