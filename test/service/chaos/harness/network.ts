import type { WorkerLine } from './worker-line.js';

/** Where a worker is in the network, and how it is cut off from the rest. */
export interface Place {
  /** Where its line listens. */
  readonly address: string;
  /** What comes before the command of a process that is to be there. */
  readonly prefix: readonly string[];
  /** Set once it is open. */
  line: WorkerLine | null;
  cut(): Promise<void>;
  mend(): Promise<void>;
  remove(): Promise<void>;
}

/** Places for so many workers. */
export function openPlaces(count: number): Promise<Place[]> {
  return Promise.resolve(Array.from({ length: count }, () => new LoopbackPlace()));
}

/** On this machine's own loopback: connections break at once, and new ones are refused. */
class LoopbackPlace implements Place {
  readonly address = '127.0.0.1';
  readonly prefix = [];
  line: WorkerLine | null = null;

  cut(): Promise<void> {
    this.line?.cut();
    return Promise.resolve();
  }

  mend(): Promise<void> {
    this.line?.mend();
    return Promise.resolve();
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }
}
