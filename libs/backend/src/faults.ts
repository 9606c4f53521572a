import type { JournalOp } from '@fenceline/capture';
import type { Task } from './request.js';

/** Which requests a fault is about. */
export interface FaultScope {
  /** Names of array nodes. @defaultValue every node */
  readonly nodes?: readonly string[];
  /** @defaultValue those that change the medium: write, write-zeroes, trim */
  readonly ops?: readonly JournalOp[];
}

export interface HoldOptions extends FaultScope {
  /** Hold this many and let later ones pass. @defaultValue without bound */
  readonly next?: number;
  /** Also those received before and not yet given to the medium. @defaultValue false */
  readonly inFlight?: boolean;
}

export interface SlowOptions extends FaultScope {
  /** Milliseconds between reception and medium. */
  readonly ms: number;
}

export interface FailOptions extends FaultScope {
  /** Fail this many and let later ones pass. @defaultValue without bound */
  readonly next?: number;
  /** As Linux numbers them. @defaultValue 5 (EIO) */
  readonly errno?: number;
}

/** What happens to a request that a fault catches. */
export type FaultEffect =
  { kind: 'hold' } | { kind: 'slow'; ms: number } | { kind: 'fail'; errno: number };

const changingOps: readonly JournalOp[] = ['write', 'write-zeroes', 'trim'];

class Fault {
  readonly id: string;
  readonly effect: FaultEffect;
  readonly #nodes: ReadonlySet<string> | null;
  readonly #ops: ReadonlySet<JournalOp>;
  /** How many more it catches. */
  #left: number;

  constructor(id: string, effect: FaultEffect, scope: FaultScope, next: number) {
    this.id = id;
    this.effect = effect;
    this.#nodes = scope.nodes === undefined ? null : new Set(scope.nodes);
    this.#ops = new Set(scope.ops ?? changingOps);
    this.#left = next;
  }

  /** True when the fault catches the request; that uses up one of its `next`. */
  catches(task: Task): boolean {
    if (this.#left === 0) return false;
    if (!this.#ops.has(task.op)) return false;
    if (this.#nodes !== null && !this.#nodes.has(task.node)) return false;
    this.#left--;
    return true;
  }
}

/** The faults in force, in the order in which they were set. */
export class Faults {
  #number = 0;
  #faults: Fault[] = [];

  /**
   * Sets a fault and returns its id.
   * @throws RangeError when `next` is not a whole number from 1 on.
   */
  add(effect: FaultEffect, scope: FaultScope, next: number = Number.POSITIVE_INFINITY): string {
    if (next !== Number.POSITIVE_INFINITY && !(Number.isInteger(next) && next > 0)) {
      throw new RangeError(`a fault of the next ${next} requests: give a whole number from 1 on`);
    }
    const id = `${effect.kind}-${++this.#number}`;
    this.#faults.push(new Fault(id, effect, scope, next));
    return id;
  }

  /** The fault of this kind that catches the request, if any: the oldest one counts. */
  catching<Kind extends FaultEffect['kind']>(
    kind: Kind,
    task: Task,
  ): { id: string; effect: Extract<FaultEffect, { kind: Kind }> } | null {
    for (const fault of this.#faults) {
      if (fault.effect.kind === kind && fault.catches(task)) {
        return { id: fault.id, effect: fault.effect as Extract<FaultEffect, { kind: Kind }> };
      }
    }
    return null;
  }

  /** Ends faults of these kinds: the one with the id, or all. */
  remove(kinds: readonly FaultEffect['kind'][], id?: string): void {
    this.#faults = this.#faults.filter(
      (fault) => !kinds.includes(fault.effect.kind) || (id !== undefined && fault.id !== id),
    );
  }
}
