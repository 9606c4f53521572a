/** Bytes of a stream that are not acknowledged yet, by their offset in the stream. */
export class SendBuffer {
  #chunks: Uint8Array[] = [];
  /** Offset of the first chunk's first byte. */
  #start = 0;
  #end = 0;

  /** One past the last byte that was queued. */
  get end(): number {
    return this.#end;
  }

  /** Appends bytes, which are kept and must not change. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#end += bytes.length;
  }

  /** Copies the bytes from `offset` on; there are enough of them. */
  copy(offset: number, into: Uint8Array): void {
    let at = this.#start;
    let done = 0;
    for (const chunk of this.#chunks) {
      const skip = offset + done - at;
      at += chunk.length;
      if (skip >= chunk.length) continue;
      const length = Math.min(chunk.length - skip, into.length - done);
      into.set(length === chunk.length ? chunk : chunk.subarray(skip, skip + length), done);
      done += length;
      if (done === into.length) return;
    }
  }

  /** Forgets what lies before `offset`, as far as whole chunks do. */
  forget(offset: number): void {
    let count = 0;
    while (count < this.#chunks.length && this.#start + this.#chunks[count]!.length <= offset) {
      this.#start += this.#chunks[count++]!.length;
    }
    if (count > 0) this.#chunks.splice(0, count);
  }
}
