import type { Association, Connection, FrameRef } from '../model.js';

/** A CCR that a source controller took and did not finish at once. */
export interface AcceptedCcr {
  icid: number;
  ciu: number;
  /** The association that it names. */
  target: AssociationState;
  /** When the source's answer was delivered to the host, and the frame of the host's capture that brought it. */
  acceptedAt: number;
  acceptedBy: FrameRef | null;
}

/** A CCR success that was delivered to the host and that its TCP did not acknowledge so far. */
export interface ToldSuccess {
  /** The association that was reset. */
  target: Association;
  /** End of the answer in the stream to the host. */
  end: number;
}

/** An association, with what is needed to follow its admin queue. */
export class AssociationState {
  /** Identify Controller data was delivered to the host. */
  identified = false;
  /** Keep alive granularity in 100 ms. */
  kas = 0;
  /** Keep Alive time-out as the host asked for it, in ms. */
  askedKatoMs = 0;
  /** When the host sent CC.EN=0, or CC.SHN, that the controller answered with success; null before. */
  disableSentAt: number | null = null;
  shutdownSentAt: number | null = null;
  /** CCRs for which this controller is the source. */
  readonly accepted: AcceptedCcr[] = [];
  /** Successes that this controller told. */
  readonly told: ToldSuccess[] = [];
  /** Log entries (ICID and CIU) that were complete in a log page read so far. */
  readonly completeEntries = new Set<number>();

  /** Connections whose end at the host is gone by a RST that was delivered to it. */
  readonly reset = new Set<Connection>();

  constructor(readonly model: Association) {}
}

/** Key of a log entry: it is known by ICID and CIU. */
export const entryKey = (icid: number, ciu: number): number => icid * 256 + ciu;
