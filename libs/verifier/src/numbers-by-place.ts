const FIRST_CAPACITY = 1024;

/**
 * Lists of numbers, one for each place: of a history, the commands and applies of each block. Two flat arrays
 * hold all of them, as there may be millions.
 */
export class NumbersByPlace {
  /** Of each number, in the order in which they were added. */
  #places = new Int32Array(FIRST_CAPACITY);
  #numbers = new Int32Array(FIRST_CAPACITY);
  #count = 0;

  /** @param place - 0 or more; without great gaps between them */
  add(place: number, number: number): void {
    if (this.#count === this.#numbers.length) {
      this.#places = twiceAsLong(this.#places);
      this.#numbers = twiceAsLong(this.#numbers);
    }
    this.#places[this.#count] = place;
    this.#numbers[this.#count++] = number;
  }

  /** Visits all in the order in which they were added. */
  forEach(visit: (place: number, number: number) => void): void {
    for (let i = 0; i < this.#count; i++) visit(this.#places[i]!, this.#numbers[i]!);
  }

  /** The list of each of so many places, its numbers in the order in which they were added. */
  sorted(places: number): (place: number) => Int32Array {
    const ends = new Int32Array(places);
    for (let i = 0; i < this.#count; i++) ends[this.#places[i]!]!++;
    for (let place = 1; place < places; place++) ends[place]! += ends[place - 1]!;
    const starts = ends.slice();
    const sorted = new Int32Array(this.#count);
    for (let i = this.#count - 1; i >= 0; i--) {
      sorted[--starts[this.#places[i]!]!] = this.#numbers[i]!;
    }
    return (place) => sorted.subarray(starts[place], ends[place]);
  }
}

/** Gives each key the next place when it is first asked for. */
export class Places {
  readonly #places = new Map<number, number>();
  /** Every key, by its place. */
  readonly keys: number[] = [];

  of(key: number): number {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.keys.push(key) - 1;
      this.#places.set(key, place);
    }
    return place;
  }

  /** The place of a key that has one. */
  find(key: number): number | undefined {
    return this.#places.get(key);
  }

  get count(): number {
    return this.keys.length;
  }
}

function twiceAsLong(array: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * array.length);
  longer.set(array);
  return longer;
}
