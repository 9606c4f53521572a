import { CcrStatus, type CcrLogEntry } from '@fenceline/nvme';

/** Why the commands of a controller ended. */
export type EndCause =
  'cross-controller-reset' | 'keep-alive-expired' | 'disabled' | 'shut-down' | 'connection-lost';

/** One life of a controller, from one enable to the next: what a Cross-Controller Reset names. */
export interface Instance {
  cntlid: number;
  ciu: number;
  cirn: bigint;
  hostNqn: string;
}

/** How far the requests of a controller are from being done. */
export interface Unquiet {
  /** Requests at the medium that have not ended. */
  submitted: number;
  cause: EndCause;
}

/**
 * Every choice in which an incorrect controller may differ from a correct one, as pure functions. The mutants override
 * one or two of them; nothing else of the controller knows that it may be wrong.
 */
export interface ControllerDecisions {
  /** May a request that was not at the medium when its controller ended still go there? */
  maySubmitAfter(cause: EndCause): boolean;
  /** Has the last effect of an ended controller on the medium taken place? */
  isQuiet(state: Unquiet): boolean;
  /** Are the connections of an ended association closed? */
  closesConnections(cause: EndCause): boolean;
  /** Has a keep alive interval passed in vain? */
  hasExpired(sawTraffic: boolean): boolean;
  /** Does a CCR that names one instance mean the other? */
  isMeant(named: Instance, instance: Instance): boolean;
  /** Is an instance gone whose association ended? Then IRS=1 says that no reset is needed. */
  isGone(state: { quiet: boolean }): boolean;
  /** Is an instance of which nothing is known reset already? */
  isUnknownReset(): boolean;
  /** How a reset ends whose medium was not quiet within the bound. */
  outcomeAtBound(): number;
  /** How a reset ends whose controller is at a node that does not answer. */
  outcomeOfSilentPeer(): number;
  /** What log page 1Eh says of an operation; null: nothing. */
  logEntry(operation: CcrLogEntry, source: { cntlid: number; ciu: number }): CcrLogEntry | null;
  /** Is the state of an operation told by the event "CCR completed"? */
  announces(status: number): boolean;
  /** CIRN of an instance that begins. */
  randomNumber(fresh: bigint, before: bigint | undefined): bigint;
  /** Does the write of this number, from 1 on, go to the medium before it is acknowledged? */
  isSubmitted(write: number): boolean;
  /** How long the write of this number waits in the controller before it goes to the medium, in ms. */
  waitMs(write: number): number;
  /** After how many ms at the medium a write is acknowledged though it is not done; null: never. */
  acknowledgesUndoneAfterMs(): number | null;
  /** What is written of the data that came. */
  dataOf(data: Uint8Array): Uint8Array;
}

/** What the specification asks for (NVMe Base 2.3; TP4129, TP8028). */
export const correctController: ControllerDecisions = {
  maySubmitAfter: () => false,
  isQuiet: ({ submitted }) => submitted === 0,
  closesConnections: () => true,
  hasExpired: (sawTraffic) => !sawTraffic,
  isMeant: (named, instance) =>
    named.cntlid === instance.cntlid &&
    named.ciu === instance.ciu &&
    named.cirn === instance.cirn &&
    named.hostNqn === instance.hostNqn,
  isGone: ({ quiet }) => quiet,
  isUnknownReset: () => false,
  outcomeAtBound: () => CcrStatus.failed,
  outcomeOfSilentPeer: () => CcrStatus.failed,
  logEntry: (operation) => operation,
  announces: (status) => status !== CcrStatus.inProgress,
  randomNumber: (fresh) => fresh,
  isSubmitted: () => true,
  waitMs: () => 0,
  acknowledgesUndoneAfterMs: () => null,
  dataOf: (data) => data,
};
