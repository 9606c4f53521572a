import type { Scheduler } from '@fenceline/contracts';

/**
 * What is put in comes out later, in the same order: one callback serves all, where a timer of its own for each would
 * need a closure.
 */
export class DelayLine<Item> {
  readonly #items: Item[] = [];
  readonly #next: () => void;

  constructor(
    private readonly scheduler: Scheduler,
    out: (item: Item) => void,
  ) {
    this.#next = () => out(this.#items.shift()!);
  }

  /** @param t when it comes out, in ns; not before what was put in earlier */
  put(item: Item, t: number): void {
    this.#items.push(item);
    this.scheduler.at(t, this.#next);
  }
}
