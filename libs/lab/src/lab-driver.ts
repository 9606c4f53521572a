import type { Action, LabEvent, LinkDirection } from '@fenceline/contracts';
import type { FrameObserver, LinkEnd } from '@fenceline/fabric';
import type { Evidence } from './evidence.js';
import type { LabTime } from './lab-time.js';
import type { Glimpse } from './messages.js';
import type { Observations } from './timeline/observations.js';

/** What a driver reports to, and by what it is stopped. */
export interface LabContext<Sink extends Evidence = Evidence> {
  time: LabTime;
  evidence: Sink;
  record(event: LabEvent): void;
  /** The lab cannot go on: an instrument or a host or node was lost. */
  fail(error: Error): void;
  status(text: string): void;
  glimpse(glimpse: Glimpse): void;
  signal: AbortSignal;
}

/**
 * The hosts, array nodes, links and the backend of one plan. Its calls are made in this order, each once the one
 * before has come to its end; whatever waits, waits on the lab's time and ends when its signal aborts.
 */
export interface LabDriver {
  readonly observations: Observations;
  /** Starts every host and node and waits until they can be told what to do. */
  boot(): Promise<void>;
  /** Makes them what the plan says: addresses, subsystem, ports. */
  configure(): Promise<void>;
  /** Connects every path of every host, and waits until all are live. */
  connect(): Promise<void>;
  /** Starts every workload; returns when they had started, ns of the lab's clock. */
  startWorkloads(): Promise<number>;
  /** Performs an action of the timeline, now. */
  perform(action: Action): void;
  /** Asks every workload to end and releases whatever is held from it. */
  endWorkloads(): void;
  /** Waits until every workload has ended. */
  workloadsEnded(): Promise<void>;
  /**
   * Releases every hold and waits until the backend has nothing left and has been silent for 2 s.
   * The bound passing first is recorded: the verdict cannot be pass then.
   */
  drain(boundMs: number): Promise<void>;
  /** Reads every written block back through each live path of each host. */
  readBack(): Promise<void>;
  /** Ends everything, and completes what its instruments recorded. Safe at any moment, and twice. */
  close(): Promise<void>;
}

/** A link as faults and observers know it. */
export interface LabLink {
  drop(direction: LinkDirection): void;
  hold(direction: LinkDirection): void;
  restore(direction: LinkDirection): void;
  /**
   * Delivers a frame at an end that the other one has not sent, past every fault and before whatever waits. `make` is
   * called when it is handed over.
   */
  forge(to: LinkEnd, make: () => Uint8Array): void;
  /** Shows every frame to `observer` from now on; returns what ends that. */
  observe(observer: FrameObserver): () => void;
}
