import type { Association, Command, Connection, FrameRef } from '../model.js';

/**
 * What a `WireDecoder` tells, in the order of the lab's clock. The objects are the history's own and are
 * completed as more is seen: after `onAnswered` a command changes no more.
 */
export interface WireListener {
  /** An admin Connect was sent. */
  onAssociation?(association: Association): void;
  /** A host's first SYN of a connection was sent, or the first frame of one that was already open. */
  onOpening?(link: string, t: number): void;
  onConnection?(connection: Connection): void;
  /** A command's header was sent; its payloads are not known yet. */
  onCommand?(command: Command): void;
  /** All data of a command was sent: `payloads` of a write are known from here on. */
  onPayloadSent?(command: Command): void;
  /** The answer was delivered to the host; `payloads` of a read are known. */
  onAnswered?(command: Command): void;
  /** A reason is seen for the first time to say that the host gave the association up. */
  onGivenUp?(association: Association): void;
  /** Something worth telling that is no fault of the instruments. */
  onRemark?(t: number, text: string, at: FrameRef): void;
  /** The recording contradicts itself, or lacks something. */
  onProblem?(t: number, instrument: string, message: string): void;
}
