import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random } from './random.js';
import type { Target } from './target.js';
import { Watchdog } from './watchdog.js';

/** After so many failures a target is given up: they have one cause as a rule. */
const MOST_FAILURES = 5;
const MIB = 2 ** 20;

export interface Outcome {
  target: string;
  inputs: number;
  /** Inputs per second of processor time: what else the machine does makes no difference. */
  perSecond: number;
  /** By how much the heap, with its buffers, grew from a tenth of the inputs to the end, in MiB. */
  grownMiB: number;
  /** The most memory that the process ever had, so far, in MiB. */
  peakMiB: number;
  /** Each begins with `TARGET:SEED`, by which it can be replayed. */
  failures: string[];
}

/** Gives a target one input for each seed from `first` on. */
export async function fuzz(target: Target, first: number, inputs: number): Promise<Outcome> {
  const failures: string[] = [];
  const watchdog = new Watchdog(target.name);
  const warm = first + Math.ceil(inputs / 10);
  let usedWarm = heapUsed();
  const before = process.cpuUsage();
  let seed = first;
  try {
    for (; seed < first + inputs && failures.length < MOST_FAILURES; seed++) {
      watchdog.begins(seed);
      if (seed === warm) usedWarm = heapUsed();
      const failure = await replay(target, seed);
      if (failure !== null) failures.push(`${target.name}:${seed}: ${failure}`);
    }
  } finally {
    watchdog.end();
  }
  const { user, system } = process.cpuUsage(before);
  return {
    target: target.name,
    inputs: seed - first,
    perSecond: ((seed - first) / (user + system)) * 1e6,
    grownMiB: (heapUsed() - usedWarm) / MIB,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    failures,
  };
}

/** Gives a target the input of one seed; returns what went wrong, or null. */
async function replay(target: Target, seed: number): Promise<string | null> {
  try {
    const done = target.try(new Random(target.name, seed));
    if (done !== undefined) await done;
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Bytes of the heap and its buffers that something still refers to. */
function heapUsed(): number {
  collectGarbage();
  const { heapUsed: heap, arrayBuffers } = process.memoryUsage();
  return heap + arrayBuffers;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
