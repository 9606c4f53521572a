import { never, type History, type PayloadId } from '@fenceline/history';
import { forEachAssignment, type BlockApply } from './assignments.js';
import type { Block, Blocks } from './blocks.js';
import type { Fences } from './fences.js';
import { spanOf } from './uncertainty.js';
import { boundsOf } from './write-bounds.js';

/** An apply that put an older write over a newer one that was done. Both are positions in `Block.applies`. */
export interface StaleApply {
  old: number;
  newer: number;
}

export type BlockJudgement =
  | { kind: 'held' }
  | { kind: 'violated'; stale: StaleApply[] }
  /**
   * The times are too close, a retry may be a write of its own, the assignments disagree, or there are too
   * many of them to try.
   */
  | { kind: 'unsure'; why: 'times' | 'repeated' | 'assignments' | 'too-many' };

/** Steps that the walk over one block's assignments may take before the block counts as undecided. */
const assignmentSteps = 20_000;

/**
 * Whether a command of a logical write W was applied to the block over V, where W was closed before V's first
 * command was sent and V succeeded: violated when every consistent assignment of applies to commands says so,
 * held when none does.
 *
 * An apply that leaves the block's content as it is overwrites nothing.
 */
export function judgeBlock(
  history: History,
  blocks: Blocks,
  fences: Fences,
  block: Block,
): BlockJudgement {
  const { applies } = block;
  if (applies.length < 2) return { kind: 'held' };
  const bounds = new BoundsOfCommands(history, blocks, fences, block);

  // No assignment at all: the earliest closing of any candidate is not before the latest start of another.
  const possible = sweep(
    applies,
    (apply) => fold(apply.candidates, Math.min, (id) => bounds.of(id).earliestClosed),
    (apply) => fold(apply.candidates, Math.max, (id) => bounds.of(id).latestStart),
  );
  if (possible.length === 0) return { kind: 'held' };

  // Every assignment: the latest closing of any candidate is before the earliest start of another.
  const certain = sweep(
    applies,
    (apply) => fold(apply.candidates, Math.max, (id) => bounds.of(id).latestClosed),
    (apply) => fold(apply.candidates, Math.min, (id) => bounds.of(id).earliestStart),
  );
  if (certain.length > 0) return { kind: 'violated', stale: certain };
  if (applies.every((apply) => apply.candidates.length <= 1)) {
    const repeated = applies.some(({ payload }) => blocks.isRepeated(payload));
    return { kind: 'unsure', why: repeated ? 'repeated' : 'times' };
  }
  return overAssignments(applies, bounds);
}

function overAssignments(applies: readonly BlockApply[], bounds: BoundsOfCommands): BlockJudgement {
  const seen = { held: false, notHeld: false, first: [] as StaleApply[] };
  const end = forEachAssignment(applies, assignmentSteps, (commands) => {
    const at = (value: (id: number) => number, none: number) => (_: BlockApply, index: number) => {
      const id = commands[index] ?? null;
      return id === null ? none : value(id);
    };
    const stale = sweep(
      applies,
      at((id) => bounds.of(id).latestClosed, never),
      at((id) => bounds.of(id).earliestStart, -never),
    );
    if (stale.length > 0) {
      seen.notHeld = true;
      if (seen.first.length === 0) seen.first = stale;
    } else {
      seen.held = true;
      const maybe = sweep(
        applies,
        at((id) => bounds.of(id).earliestClosed, never),
        at((id) => bounds.of(id).latestStart, -never),
      );
      if (maybe.length > 0) seen.notHeld = true;
    }
    return !(seen.held && seen.notHeld);
  });
  if (end === 'too-many') return { kind: 'unsure', why: 'too-many' };
  if (end === 'none' || (seen.held && seen.notHeld)) return { kind: 'unsure', why: 'assignments' };
  return seen.notHeld ? { kind: 'violated', stale: seen.first } : { kind: 'held' };
}

/** When a command's logical write closed and began, from both sides of what is not known. */
interface Bounds {
  earliestClosed: number;
  latestClosed: number;
  /** -Infinity where the write did not surely succeed, and so is nothing that may not be overwritten. */
  earliestStart: number;
  latestStart: number;
}

class BoundsOfCommands {
  readonly #known = new Map<number, Bounds>();

  constructor(
    private readonly history: History,
    private readonly blocks: Blocks,
    private readonly fences: Fences,
    private readonly block: Block,
  ) {}

  of(id: number): Bounds {
    let bounds = this.#known.get(id);
    if (bounds === undefined) this.#known.set(id, (bounds = this.#compute(id)));
    return bounds;
  }

  #compute(id: number): Bounds {
    const write = this.block.writes.of(id);
    // A candidate that is no write of this block explains nothing here.
    if (write === undefined) {
      return {
        earliestClosed: never,
        latestClosed: never,
        earliestStart: -never,
        latestStart: -never,
      };
    }
    const command = this.history.commands[id]!;
    const { earliestClosed, latestClosed, earliestStart, latestStart } = boundsOf(
      this.blocks,
      this.block,
      write,
      command,
      this.fences,
    );
    return {
      earliestClosed: earliestClosed.soonest,
      latestClosed: latestClosed.latest,
      // A command that we read after a closing may have been sent before it: that order needs a margin.
      earliestStart:
        earliestStart === undefined ? -never : spanOf(this.history, earliestStart).soonest,
      latestStart: latestStart ?? -never,
    };
  }
}

/**
 * Finds each apply that came over one whose write started after its own write was closed, in one pass: of
 * the applies so far only the latest start matters, and the latest of those with other bytes than that one.
 */
function sweep(
  applies: readonly BlockApply[],
  closed: (apply: BlockApply, index: number) => number,
  start: (apply: BlockApply, index: number) => number,
): StaleApply[] {
  const stale: StaleApply[] = [];
  let content: PayloadId | undefined;
  let best = { index: -1, start: -never, payload: Number.NaN };
  let other = best;
  for (const [index, apply] of applies.entries()) {
    const { payload } = apply;
    const newer = best.payload === payload ? other : best;
    if (payload !== content && closed(apply, index) < newer.start) {
      stale.push({ old: index, newer: newer.index });
    }
    content = payload;
    const mine = { index, start: start(apply, index), payload };
    if (mine.start > best.start) {
      if (best.payload !== payload) other = best;
      best = mine;
    } else if (mine.start > other.start && payload !== best.payload) {
      other = mine;
    }
  }
  return stale;
}

/** `combine` over the values, or the value that leaves an apply without candidates out of the comparison. */
function fold(
  candidates: readonly number[],
  combine: (a: number, b: number) => number,
  value: (id: number) => number,
): number {
  let result = Number.NaN;
  for (const id of candidates) {
    result = Number.isNaN(result) ? value(id) : combine(result, value(id));
  }
  return result;
}
