import { Random } from './random.testing.js';

/** How a host learns that the fence of a lost association has ended, or that it must wait for its time. */
export type FenceKind =
  /** By time: no controller offers Cross-Controller Reset. */
  | 'time'
  /** By the answer of a Cross-Controller Reset, with IRS=1. */
  | 'ccr'
  /** By the entry of log page 1Eh that the event F4h told of. */
  | 'ccr-log'
  /** By time, after the reset was refused, or logged as failed. */
  | 'ccr-refused'
  | 'ccr-failed'
  /** By a confirmed Controller Level Reset. */
  | 'reset';

/** What is decided about a story before it is told. Times in ms. */
export interface StoryOptions {
  hosts: 1 | 2;
  /** Failovers of each host, one after the other. */
  rounds: 1 | 2;
  fence: FenceKind | 'any';
  /** Whether controllers offer Cross-Controller Reset; the kinds of fence follow from it. */
  offersCcr: boolean;
  katoMs: number;
  tbkas: boolean;
  /** As reported; 0 counts as 10 s under the default profile. */
  cqtMs: number;
  /** Both paths lead to ports of one node. */
  oneNode: boolean;
  /** The workload writes the same bytes again, zeroes, and deallocates. */
  repeats: boolean;
  /** Some writes are answered with a path or ANA error before the path fails. */
  pathErrors: boolean;
  /** What was not complete when a path failed comes to the node during the fence. */
  lateDelivery: boolean;
  /**
   * The second path may fail while retries of the first failure are outstanding on it; nodes split requests and
   * repeat failed ones; the data of a write may not have been sent in full.
   */
  wild: boolean;
  /** Nothing goes over the associations that hosts make after a loss. */
  idleBack: boolean;
  /** So long nothing happens between the jobs and the end. */
  lingerMs: number;
  /** Each time stamp may be late by so much. */
  uncertainMs: number;
}

const withCcr: readonly FenceKind[] = ['ccr', 'ccr-log', 'ccr-refused', 'ccr-failed', 'reset'];
const withoutCcr: readonly FenceKind[] = ['time', 'time', 'reset'];

/** The options of a seed, but for those that are wanted otherwise. */
export function drawOptions(random: Random, wanted: Partial<StoryOptions>): StoryOptions {
  const drawn: StoryOptions = {
    hosts: random.chance(0.3) ? 2 : 1,
    rounds: random.chance(0.3) ? 2 : 1,
    fence: 'any',
    offersCcr: random.chance(0.5),
    katoMs: random.int(2000, 5000),
    tbkas: random.chance(0.7),
    cqtMs: random.chance(0.5) ? 0 : random.edgy(1, 3000),
    oneNode: random.chance(0.2),
    repeats: random.chance(0.2),
    pathErrors: random.chance(0.4),
    lateDelivery: random.chance(0.2),
    wild: random.chance(0.4),
    idleBack: random.chance(0.2),
    lingerMs: 0,
    uncertainMs: random.chance(0.1) ? 5 : 0,
  };
  const options = { ...drawn, ...wanted };
  // The second failover is one to the association that came back.
  if (options.rounds === 2) options.idleBack = false;
  const { fence } = options;
  if (fence === 'time') options.offersCcr = false;
  else if (fence.startsWith('ccr')) options.offersCcr = true;
  return options;
}

/** The kind of one failover's fence. */
export function drawFence(random: Random, { fence, offersCcr }: StoryOptions): FenceKind {
  const drawn = random.pick(offersCcr ? withCcr : withoutCcr);
  return fence === 'any' ? drawn : fence;
}
