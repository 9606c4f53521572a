import type { WorkerLine } from '../worker-line.js';

/** Where a worker is in the network, and how it is cut off from the rest. */
export interface Place {
  /** Where its line listens. */
  readonly address: string;
  /** What comes before the command of a process that is to be there. */
  readonly prefix: readonly string[];
  /** Set once it is open. */
  line: WorkerLine | null;
  cut(): void;
  mend(): void;
}

/** The places of a run. */
export interface Places {
  readonly list: readonly Place[];
  /** How a network is cut, for people. */
  readonly kind: string;
  /** Removes what was made for them; once is enough. */
  remove(): void;
  /** What of it is still there. */
  left(): string[];
}
