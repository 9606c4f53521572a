import type { LabEvent } from '@fenceline/contracts';
import type {
  Apply,
  Association,
  Command,
  FaultSpan,
  History,
  PayloadId,
} from '@fenceline/history';
import { HistoryBuilder } from '../history-builder.testing.js';
import type { HostSettings, JudgeInput } from '../input.js';
import type { Random } from './random.testing.js';
import { replay, type ReadMoments } from './replay.testing.js';
import type { FenceKind, StoryOptions } from './story-options.testing.js';

/** A command that changes the medium, with its request at the backend; null where it never came there. */
export interface Sending {
  command: Command;
  apply: Apply | null;
}

/** A write that was outstanding when its path failed, and what came after it on its blocks. */
export interface Held {
  original: Sending;
  /** One, or one for each block. */
  retries: Sending[];
  /** A write of the same blocks, after all; and a read of them. */
  newer: Sending;
  read: Command;
}

/** The commands that ask for a reset, tell of its end, and read of it. */
export interface CcrSteps {
  ask: Command;
  event: Command | null;
  log: Command | null;
}

/** How one host lost an association and went on. Times in ms. */
export interface Failover {
  kind: FenceKind;
  host: string;
  lost: Association;
  /** The path over which it went on. */
  other: Association;
  /** H, and T. */
  lostAt: number;
  heardAt: number;
  /** When the host showed that it gives up; null where its first retry does. */
  givenUpAt: number | null;
  /** Host fence end under the default profile. */
  hostEnd: number;
  /** Target fence end, Infinity where there is none, and the bound by time. */
  targetEnd: number;
  bound: number;
  /** What came late to the node, when. */
  lateAt: number | null;
  fault: FaultSpan;
  /** The next association over the same link. */
  back: Association;
  ccr: CcrSteps | null;
  held: Held[];
}

/** A write that was answered with a path error, and its next sending. */
export interface Refused {
  command: Command;
  again: Sending;
}

/** The last writes of blocks that nobody reads: how they were made to last. */
export interface Tail {
  how: 'fua' | 'flush' | 'cache';
  older: Sending | null;
  write: Sending;
}

/** Two writes of a block one after the other, a read after each. */
export interface Series {
  writes: [Sending, Sending];
  reads: [Command, Command];
}

/**
 * A correct history in the making: the builder with all that was told, and handles on the parts of which a
 * mutation can break one. What reads return and what the medium holds in the end follow from the requests
 * when it is built, so that a mutation of a request shows where it would show.
 */
export class Story {
  readonly builder = new HistoryBuilder();
  readonly failovers: Failover[] = [];
  readonly refused: Refused[] = [];
  readonly tails: Tail[] = [];
  readonly series: Series[] = [];
  /** Writes that were answered with success: there are some. */
  readonly done: Sending[] = [];
  readonly workloads: Extract<LabEvent, { kind: 'workload-end' }>[] = [];
  readonly faults: FaultSpan[] = [];
  readonly openings: { link: string; t: number }[] = [];
  /** The first commands of each association. */
  readonly greetings = new Map<Association, { alive: Command; first: Sending }>();
  readonly input: Partial<JudgeInput> & { hosts: Record<string, HostSettings> } = {
    hosts: {},
    stableBuffers: true,
  };
  /** Blocks that the image shows otherwise than the journal says. */
  readonly image = new Map<number, PayloadId>();
  /** Reads whose bytes come from the medium. */
  #reads: ReadMoments[] = [];
  /** When all of the workload is over, and nothing is under way. */
  endMs = 0;
  /** False where equal bytes or the recorder's delays leave a choice: then a pass is not due. */
  isCertain: boolean;
  #names = 0;

  constructor(
    /** For the choices of a mutation. */
    readonly random: Random,
    readonly options: StoryOptions,
  ) {
    this.isCertain = !options.repeats && options.uncertainMs === 0;
  }

  /** Bytes that nobody has written yet. */
  ownBytes(blocks: number): string[] {
    return Array.from({ length: blocks }, () => `own ${this.#names++}`);
  }

  /** A write without a fault: it is complete, applied and answered 1 ms after the other. */
  quickWrite(over: Association, lba: number, bytes: string[], sent: number): Sending {
    const command = this.builder.command(over, {
      lba,
      bytes,
      sent,
      complete: sent + 1,
      answered: sent + 3,
    });
    return { command, apply: this.builder.apply(command, { applied: sent + 2 }) };
  }

  /** A read that is answered after `duration` ms; its blocks are taken at the given moments. */
  read(
    over: Association,
    lba: number,
    sent: number,
    duration: number,
    moments: readonly number[],
  ): Command {
    const command = this.builder.command(over, {
      lba,
      bytes: moments.map(() => '0'),
      op: 'read',
      sent,
      complete: sent,
      answered: sent + duration,
    });
    this.#reads.push({ command, moments: moments.map((ms) => ms * 1e6) });
    return command;
  }

  /** The read returns these bytes, whatever the medium holds. */
  returns(read: Command, bytes: readonly PayloadId[]): void {
    this.#reads = this.#reads.filter(({ command }) => command !== read);
    read.payloads = [...bytes];
  }

  build(): History {
    const history = this.builder.build();
    history.finalImage = new Map([...replay(history, this.#reads), ...this.image]);
    history.faults = this.faults;
    history.openings = this.openings;
    return history;
  }
}
