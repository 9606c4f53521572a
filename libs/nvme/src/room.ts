const slabBytes = 64 * 1024;
/** Larger pieces have memory of their own. */
const largestPiece = slabBytes / 8;
const alignment = 8;

let slab = new ArrayBuffer(slabBytes);
let used = 0;

/**
 * Zeroed room for `length` bytes, aligned to 8. Small pieces share a larger memory, because memory of its own costs
 * a small typed array far more than its bytes: `buffer` may hold other pieces before and behind. The memory is free
 * again when none of its pieces is used any more.
 */
export function roomFor(length: number): Uint8Array<ArrayBuffer> {
  if (length > largestPiece) return new Uint8Array(length);
  if (used + length > slabBytes) {
    slab = new ArrayBuffer(slabBytes);
    used = 0;
  }
  const piece = new Uint8Array(slab, used, length);
  used += Math.ceil(length / alignment) * alignment;
  return piece;
}

/** Room that is used again as soon as it is given back: for what comes and goes in few lengths. */
export class RoomPool {
  /** What was given back, by its length. */
  readonly #free = new Map<number, Uint8Array[]>();

  /** Room for `length` bytes, in which anything may stand. */
  take(length: number): Uint8Array {
    return this.#free.get(length)?.pop() ?? roomFor(length);
  }

  /** Takes back room that nobody reads or writes any more. */
  giveBack(room: Uint8Array): void {
    const free = this.#free.get(room.length);
    if (free === undefined) this.#free.set(room.length, [room]);
    else free.push(room);
  }
}
