/** What is used of WebAssembly: its memories begin at a page, as direct I/O needs it; a Buffer may begin anywhere. */
declare const WebAssembly: {
  Memory: new (options: { initial: number }) => { readonly buffer: ArrayBuffer };
};

const WASM_PAGE_BYTES = 64 * 1024;

/** Pieces of memory of one size, each at a page boundary, lent one at a time to whoever waits first. */
export class AlignedMemory {
  readonly #free: Uint8Array[] = [];
  readonly #waiting: ((piece: Uint8Array) => void)[] = [];

  /** @param pieceBytes a multiple of 64 KiB */
  constructor(pieceBytes: number, pieces: number) {
    const initial = (pieceBytes * pieces) / WASM_PAGE_BYTES;
    const { buffer } = new WebAssembly.Memory({ initial });
    for (let i = 0; i < pieces; i++) {
      this.#free.push(new Uint8Array(buffer, i * pieceBytes, pieceBytes));
    }
  }

  /** Calls `use` with a piece, now or when one is given back. */
  borrow(use: (piece: Uint8Array) => void): void {
    const piece = this.#free.pop();
    if (piece === undefined) this.#waiting.push(use);
    else use(piece);
  }

  giveBack(piece: Uint8Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(piece);
    else next(piece);
  }
}
