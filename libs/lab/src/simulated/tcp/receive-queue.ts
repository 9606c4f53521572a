interface Piece {
  offset: number;
  bytes: Uint8Array;
}

/** Puts the bytes of a stream in order. */
export class ReceiveQueue {
  /** Pieces behind a gap, by offset. */
  #pieces: Piece[] = [];
  #next = 0;

  /** Offset of the next byte that is missing. */
  get next(): number {
    return this.#next;
  }

  /** Takes a piece of the stream, old or new; gives back what is in order now and was not before. */
  take(offset: number, bytes: Uint8Array): Uint8Array[] {
    if (offset > this.#next) {
      // It is only lent, and will be needed later.
      this.#insert({ offset, bytes: bytes.slice() });
      return [];
    }
    const ready: Uint8Array[] = [];
    this.#append({ offset, bytes }, ready);
    while (this.#pieces.length > 0 && this.#pieces[0]!.offset <= this.#next) {
      this.#append(this.#pieces.shift()!, ready);
    }
    return ready;
  }

  #append({ offset, bytes }: Piece, ready: Uint8Array[]): void {
    const known = this.#next - offset;
    if (known >= bytes.length) return;
    ready.push(known === 0 ? bytes : bytes.subarray(known));
    this.#next = offset + bytes.length;
  }

  #insert(piece: Piece): void {
    const behind = this.#pieces.findIndex(({ offset }) => offset > piece.offset);
    this.#pieces.splice(behind < 0 ? this.#pieces.length : behind, 0, piece);
  }
}
