/** Size of a page, and the alignment that O_DIRECT asks for on every disk that we know of. */
export const pageBytes = 4096;

/** WebAssembly's unit of memory. */
const wasmPageBytes = 64 * 1024;

declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

const allocated = new WeakSet<ArrayBufferLike>();

/**
 * Memory of at least `bytes` that begins at a page, zeroed. Node.js says nothing of where an ordinary buffer
 * begins; the memory of a WebAssembly instance begins at a page, and takes no code to be used. It reserves 10 GB of
 * addresses though: where a limit forbids that, the memory is an ordinary buffer.
 */
export function allocatePages(bytes: number): ArrayBuffer {
  const pages = Math.ceil(bytes / wasmPageBytes);
  try {
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    allocated.add(buffer);
    return buffer;
  } catch (error) {
    if (error instanceof RangeError) return new ArrayBuffer(pages * wasmPageBytes);
    throw error;
  }
}

/** Whether this is memory of `allocatePages` that begins at a page. */
export function beginsAtPage(memory: ArrayBufferLike): boolean {
  return allocated.has(memory);
}
