import { never, type Command, type History, type PayloadId } from '@fenceline/history';
import type { Block, Blocks } from './blocks.js';
import type { Fences } from './fences.js';
import { isInTimeOrder } from './in-time-order.js';
import { listOf } from './lists.js';
import { deallocated, loneWrite, succeeded, type LogicalWrite } from './logical-writes.js';
import { spanOf } from './uncertainty.js';
import { boundsOf } from './write-bounds.js';

/** A value that a block was seen to hold at some moment between two, by a read or at the end. */
export interface Observation {
  payload: PayloadId;
  /** The read was sent, its answer delivered to the host; in ns. */
  from: number;
  to: number;
}

/** An observation that no legal order of the writes allows. */
export interface Illegal<O extends Observation> {
  observation: O;
  /**
   * The write that gave the value, done before `newer` was; null where the value is the initial content.
   * Undefined where nobody had written it.
   */
  write: LogicalWrite | null | undefined;
  newer: LogicalWrite | null;
  /**
   * By when the newer one was known to have taken effect, by its success or by a read. If only after this, it
   * must have before all the same, when its write was not closed yet; or it is the newer value that is wrong.
   */
  shownBy: number;
}

export interface RegisterJudgement<O extends Observation> {
  illegal: Illegal<O>[];
  /** Why it is not known whether an observation is legal, where that is so. */
  unsure: 'times' | 'half-sent' | null;
}

/** What a register is judged by beside the block itself. */
export interface RegisterRules {
  history: History;
  blocks: Blocks;
  fences: Fences;
  /** Whether a write that succeeded had surely taken effect when it did. */
  isLasting(write: LogicalWrite, block: Block): boolean;
}

/**
 * Whether a block, as a register, can have held what was seen of it: there must be an order of its logical
 * writes and of the observations in which each takes effect within its own time, and each observation sees
 * the write before it. A write's time ends when it is closed (docs/rules, Logical writes); one without success
 * need not take effect at all. The content before all writes is zeroes.
 *
 * Exact where a value has one write of one command (Gibbons and Korach, Testing Shared Memories, 1997). Any
 * other value is legal when one of its writes could have given it, whatever the other observations say: a
 * write with retries may take effect once for each, and a deallocated block reads as before, as zeroes or as
 * FFh until it is written.
 */
export function judgeRegister<O extends Observation>(
  rules: RegisterRules,
  block: Block,
  observations: readonly O[],
): RegisterJudgement<O> {
  if (isInTimeOrder(block, observations)) return { illegal: [], unsure: null };
  return judgeOverlapping(rules, block, observations);
}

/** The same for any block: what is in the order of time is only found more slowly. */
export function judgeOverlapping<O extends Observation>(
  rules: RegisterRules,
  block: Block,
  observations: readonly O[],
): RegisterJudgement<O> {
  const known = observations.filter(({ payload }) => payload >= 0);
  // Margins only take alarms away: nearly always there is none to begin with.
  if (new Register<O>(rules, block, false).illegalOf(known).length === 0) {
    return { illegal: [], unsure: null };
  }
  const illegal = new Register<O>(rules, block, true).illegalOf(known);
  if (illegal.length === 0) return { illegal, unsure: 'times' };
  // A write whose bytes were not seen may have put anything there.
  const isNameless = block.halfSent.some(({ command }) => command.completeAt !== never);
  return isNameless ? { illegal: [], unsure: 'half-sent' } : { illegal, unsure: null };
}

/** Something that may have given the block a value. */
interface Writer {
  write: LogicalWrite | null;
  start: number;
  closed: number;
}

/** A write that surely took effect: by `inBy`; and its value was still there, or yet to come, at `stillAt`. */
interface Effect {
  write: LogicalWrite;
  start: number;
  inBy: number;
  /** When it was known to have: by its success or by a read. */
  shownBy: number;
  stillAt: number;
}

/** One reading of the times: with all margins against an alarm, or with none. */
class Register<O extends Observation> {
  readonly #writers = new Map<PayloadId, Writer[]>();
  readonly #effects: Effect[] = [];
  /** By when they were known; made when it is asked for. */
  #shown: Latest | undefined;

  constructor(
    private readonly rules: RegisterRules,
    private readonly block: Block,
    private readonly margins: boolean,
  ) {
    listOf(this.#writers, 0).push({ write: null, start: -never, closed: -never });
    for (const write of block.writes.writes) this.#addWriter(write);
  }

  illegalOf(observations: readonly O[]): Illegal<O>[] {
    const illegal: Illegal<O>[] = [];
    const seen = new Map<PayloadId, O[]>();
    for (const observation of observations) {
      const { payload, to } = observation;
      const writers = this.#writers.get(payload) ?? [];
      if (writers.some(({ start }) => start <= this.#late(to))) {
        listOf(seen, payload).push(observation);
      } else {
        illegal.push({ observation, write: undefined, newer: null, shownBy: -never });
      }
    }
    this.#collectEffects(seen);
    const byEffect = {
      standing: new Latest(this.#effects, ({ inBy }) => inBy),
      started: new Latest(
        this.#effects,
        ({ inBy }) => inBy,
        ({ start }) => start,
      ),
    };
    for (const [payload, reads] of seen) {
      if (this.#isPlain(payload))
        illegal.push(...this.#illegalOfPlain(payload, reads, byEffect.standing));
      else illegal.push(...this.#illegalOfOther(payload, reads, byEffect));
    }
    return illegal;
  }

  #addWriter(write: LogicalWrite): void {
    if (!this.rules.blocks.isRepeated(write.payload)) {
      this.#addSource(write, write.firstSentAt, this.#closed(write, write.commands.at(-1)!));
      return;
    }
    for (const command of write.commands) {
      this.#addSource(write, command.sentAt, this.#closed(write, command));
    }
  }

  #addSource(write: LogicalWrite, sentAt: number, closed: number): void {
    const writer = { write, start: this.#early(sentAt), closed };
    const { onesPayload } = this.rules.history;
    const values =
      write.payload !== deallocated
        ? valuesOf(write, this.block.lba)
        : onesPayload === undefined
          ? [0]
          : [0, onesPayload];
    for (const payload of values) listOf(this.#writers, payload).push(writer);
  }

  /** A value with one write of one command, which has this value alone: it can take effect only once. */
  #isPlain(payload: PayloadId): boolean {
    const writers = this.#writers.get(payload)!;
    if (writers.length !== 1) return false;
    const { write } = writers[0]!;
    if (write === null) return true;
    if (write.payload === deallocated) return false;
    return write.commands.length === 1 && write.commands[0]!.deliveredPayloads === undefined;
  }

  #collectEffects(seen: ReadonlyMap<PayloadId, readonly O[]>): void {
    for (const write of this.block.writes.writes) {
      const { payload } = write;
      if (payload === deallocated || valuesOf(write, this.block.lba).size > 1) continue;
      const { start, inBy } = this.#success(write);
      const effect: Effect = { write, start, inBy, shownBy: inBy, stillAt: start };
      if (this.#isPlain(payload)) {
        const { closed } = this.#writers.get(payload)![0]!;
        for (const { from, to } of seen.get(payload) ?? []) {
          // What was seen took effect, and a write takes effect before it is closed.
          effect.shownBy = Math.min(effect.shownBy, this.#late(to));
          effect.inBy = Math.min(effect.shownBy, closed);
          effect.stillAt = Math.max(effect.stillAt, this.#early(from));
        }
      }
      if (effect.inBy !== never) this.#effects.push(effect);
    }
  }

  /**
   * The value was there by one moment, is seen after another, and between them was another one. Of two values
   * that were both seen while the other was there, the older one is wrong: it is found with that.
   */
  #illegalOfPlain(payload: PayloadId, reads: readonly O[], effects: Latest): Illegal<O>[] {
    const { write, closed } = this.#writers.get(payload)![0]!;
    let [inBy, stillAt] = [closed, -never];
    for (const { from, to } of reads) {
      inBy = Math.min(inBy, this.#late(to));
      stillAt = Math.max(stillAt, this.#early(from));
    }
    const newer = effects.before(stillAt, payload);
    if (newer === undefined || newer.stillAt <= inBy || newer.inBy < inBy) return [];
    return reads
      .filter(({ from }) => this.#early(from) > newer.inBy)
      .map((observation) => this.#illegalBefore(observation, write, inBy, newer));
  }

  /** Each write that may have given the value was closed before another one began, which had taken effect. */
  #illegalOfOther(
    payload: PayloadId,
    reads: readonly O[],
    effects: { standing: Latest; started: Latest },
  ): Illegal<O>[] {
    const writers = this.#writers.get(payload)!;
    return reads.flatMap((observation): Illegal<O>[] => {
      const from = this.#early(observation.from);
      const standing = effects.standing.before(from, payload);
      // A deallocated block may change what it reads as until a write begins, however it read in between.
      const started = effects.started.before(from, payload);
      let last: Writer | undefined;
      for (const writer of writers) {
        if (writer.start > this.#late(observation.to)) continue;
        const isOver =
          writer.write?.payload === deallocated
            ? started !== undefined && started.start > writer.closed
            : standing !== undefined && standing.stillAt > writer.closed;
        if (!isOver) return [];
        if (last === undefined || writer.closed > last.closed) last = writer;
      }
      return [this.#illegalBefore(observation, last!.write, last!.closed, standing!)];
    });
  }

  /**
   * An observation of an older value, which was there by some moment, where a newer one had taken effect before
   * it. Names a newer one that was known to have done so by then, where there is such a one.
   */
  #illegalBefore(
    observation: O,
    write: LogicalWrite | null,
    inBy: number,
    newer: Effect,
  ): Illegal<O> {
    this.#shown ??= new Latest(this.#effects, ({ shownBy }) => shownBy);
    const known = this.#shown.before(this.#early(observation.from), observation.payload);
    const named = known !== undefined && known.stillAt > inBy ? known : newer;
    return { observation, write, newer: named.write, shownBy: named.shownBy };
  }

  /**
   * When a write that succeeded began, and by when it had surely taken effect. Where bytes repeat, only the
   * command that succeeded is surely of it.
   */
  #success(write: LogicalWrite): { start: number; inBy: number } {
    const { blocks, fences } = this.rules;
    const done = write.commands.find((it) => succeeded(it) && it.answeredAt === write.succeededAt);
    if (done === undefined) return { start: this.#early(write.firstSentAt), inBy: never };
    const { earliestStart } = boundsOf(blocks, this.block, write, done, fences);
    const sure = blocks.isRepeated(write.payload) ? loneWrite(write, done) : write;
    return {
      start: this.#early(earliestStart!),
      inBy: this.rules.isLasting(sure, this.block) ? this.#late(write.succeededAt) : never,
    };
  }

  /** When the logical write of a command was closed. Where bytes repeat, the reading counts that closes it last. */
  #closed(write: LogicalWrite, command: Command): number {
    const { blocks, fences } = this.rules;
    const { latestClosed } = boundsOf(blocks, this.block, write, command, fences);
    return this.margins ? latestClosed.latest : latestClosed.soonest;
  }

  #late(t: number): number {
    return this.margins ? spanOf(this.rules.history, t).latest : t;
  }

  #early(t: number): number {
    return this.margins ? spanOf(this.rules.history, t).soonest : t;
  }
}

/** What a write may have given to the block: its bytes as sent, and as delivered where they differ. */
function valuesOf(write: LogicalWrite, lba: number): Set<PayloadId> {
  const values = new Set([write.payload]);
  for (const { deliveredPayloads, slba } of write.commands) {
    const delivered = deliveredPayloads?.[lba - slba];
    if (delivered !== undefined) values.add(delivered);
  }
  return values;
}

/** Effects by a moment, with the one of each beginning of that order which stood longest. */
class Latest {
  readonly #moments: number[] = [];
  /** Up to each effect: the two of different values that stood longest. */
  readonly #best: (readonly [Effect, Effect | undefined])[] = [];

  constructor(
    effects: readonly Effect[],
    moment: (effect: Effect) => number,
    standing: (effect: Effect) => number = ({ stillAt }) => stillAt,
  ) {
    let [first, second]: (Effect | undefined)[] = [];
    for (const effect of [...effects].sort((a, b) => moment(a) - moment(b))) {
      if (first === undefined || standing(effect) > standing(first)) {
        if (first?.write.payload !== effect.write.payload) second = first;
        first = effect;
      } else if (
        effect.write.payload !== first.write.payload &&
        (second === undefined || standing(effect) > standing(second))
      ) {
        second = effect;
      }
      this.#moments.push(moment(effect));
      this.#best.push([first, second]);
    }
  }

  /** Of the effects whose moment is before `t`, of other values than `payload`: the one that stood longest. */
  before(t: number, payload: PayloadId): Effect | undefined {
    let [low, high] = [0, this.#moments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]! < t) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const [first, second] = this.#best[low - 1]!;
    return first.write.payload === payload ? second : first;
  }
}
