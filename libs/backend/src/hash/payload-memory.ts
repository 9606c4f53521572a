import { module } from './generated/xxh64-blocks.js';

/** What WebAssembly is to us; its types come with those of a browser only. */
declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => Memory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { payload: { memory: Memory } }) => { exports: Exports };
};
interface Memory {
  readonly buffer: ArrayBuffer;
}
interface Exports {
  /** See xxh64-blocks.wat. */
  hashBlocks(at: number, size: number, count: number, out: number): void;
}

/** WebAssembly's unit of memory. */
const wasmPageBytes = 64 * 1024;

/** Of the smallest block, and of its hash. */
const [leastBlockBytes, hashBytes] = [512, 8];

const compiled = new WebAssembly.Module(Buffer.from(module, 'base64'));

/** Memory with the code that hashes what lies in it. The hashes come to lie behind the payloads. */
class HashingMemory {
  /** Where payloads go. */
  readonly payloads: Buffer;
  readonly #hashes: BigUint64Array;
  readonly #exports: Exports;

  constructor(bytes: number) {
    const capacity = Math.ceil(bytes / wasmPageBytes) * wasmPageBytes;
    const most = capacity / leastBlockBytes;
    const pages = Math.ceil((capacity + most * hashBytes) / wasmPageBytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.payloads = Buffer.from(memory.buffer, 0, capacity);
    this.#hashes = new BigUint64Array(memory.buffer, capacity, most);
    this.#exports = new WebAssembly.Instance(compiled, { payload: { memory } }).exports;
  }

  /** Appends the hashes of the whole blocks in `length` bytes from `at` on. */
  hash(at: number, length: number, blockBytes: number, into: bigint[]): void {
    const hashes = this.#hashes;
    const count = length / blockBytes;
    this.#exports.hashBlocks(at, blockBytes, count, hashes.byteOffset);
    for (let i = 0; i < count; i++) into.push(hashes[i]!);
  }
}

const memories = new WeakMap<ArrayBufferLike, HashingMemory>();

/** Where payloads are hashed that lie elsewhere; whole blocks of each size fit. */
const scratch = new HashingMemory(256 * 1024);

/**
 * Memory of at least `bytes`, zeroed, in which {@link hashBlocks} works without a copy. Each reserves 10 GB of addresses
 * until it is collected, so it is for what lives long, as a connection does. Where the process can have no more of them
 * it is an ordinary buffer.
 */
export function payloadMemory(bytes: number): Buffer {
  try {
    const memory = new HashingMemory(bytes);
    memories.set(memory.payloads.buffer, memory);
    return memory.payloads;
  } catch (error) {
    if (error instanceof RangeError) return Buffer.alloc(bytes);
    throw error;
  }
}

/**
 * `hashBlock` of each logical block of a payload, in order: XXH64 with seed 0.
 *
 * @param payload whole blocks
 * @param blockBytes a power of two from 512 to 65536
 */
export function hashBlocks(payload: Uint8Array, blockBytes: number): bigint[] {
  const hashes: bigint[] = [];
  const memory = memories.get(payload.buffer);
  if (memory !== undefined) {
    memory.hash(payload.byteOffset, payload.length, blockBytes, hashes);
    return hashes;
  }
  const { payloads } = scratch;
  for (let at = 0; at < payload.length; at += payloads.length) {
    const piece = payload.subarray(at, at + payloads.length);
    payloads.set(piece);
    scratch.hash(0, piece.length, blockBytes, hashes);
  }
  return hashes;
}
