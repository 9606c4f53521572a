import { hashBlock } from '@fenceline/capture';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashesOf } from '../backend.testing.js';
import { hashBlocks, payloadMemory } from './payload-memory.js';

const blockBytes = fc.constantFrom(512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536);

/** A payload of whole blocks whose bytes follow from the seed. */
const payload = fc
  .record({ size: blockBytes, blocks: fc.integer({ min: 1, max: 40 }), seed: fc.nat() })
  .map(({ size, blocks, seed }) => {
    const bytes = new Uint8Array(size * blocks);
    let word = seed | 1;
    for (let at = 0; at < bytes.length; at++) {
      word = (Math.imul(word, 1_103_515_245) + 12_345) | 0;
      bytes[at] = word >>> 16;
    }
    return { size, bytes };
  });

describe('the hashes of the blocks of a payload', () => {
  it('are XXH64 of each, wherever the payload lies', () => {
    const memory = payloadMemory(3 * 1024 * 1024);
    fc.assert(
      fc.property(payload, fc.integer({ min: 0, max: 300_000 }), ({ size, bytes }, at) => {
        const wanted = hashesOf(bytes, size);
        expect(hashBlocks(bytes, size)).toEqual(wanted);
        memory.set(bytes, at);
        expect(hashBlocks(memory.subarray(at, at + bytes.length), size)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('are none of an empty payload', () => {
    expect(hashBlocks(new Uint8Array(0), 512)).toEqual([]);
    expect(hashBlocks(payloadMemory(512).subarray(0, 0), 512)).toEqual([]);
  });

  it('are made where the payload lies, if that is memory for payloads', () => {
    const memory = payloadMemory(65_536).fill(9);
    const [hash] = hashBlocks(memory.subarray(4096, 8192), 4096);
    const behind = new BigUint64Array(memory.buffer, memory.length, 1);
    expect(behind[0]).toBe(hash);
  });

  it('are there for as many blocks as the memory has room for, and leave the payload alone', () => {
    const memory = payloadMemory(128 * 1024).fill(7);
    const hashes = hashBlocks(memory, 512);
    expect(hashes).toHaveLength(memory.length / 512);
    expect(new Set(hashes)).toEqual(new Set([hashBlock(new Uint8Array(512).fill(7))]));
    expect(memory.every((byte) => byte === 7)).toBe(true);
  });
});

describe('memory for payloads', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is ordinary memory where the process can have no other', () => {
    const Memory = vi.fn(function () {
      throw new RangeError('could not allocate memory');
    });
    vi.stubGlobal('WebAssembly', { Memory });
    const memory = payloadMemory(4096).fill(5);
    expect(Memory).toHaveBeenCalledOnce();
    expect(hashBlocks(memory, 4096)).toEqual([hashBlock(new Uint8Array(4096).fill(5))]);
  });

  it('is zeroed, and at least as long as was asked for', () => {
    for (const bytes of [1, 65_536, 65_537, 1_000_000]) {
      const memory = payloadMemory(bytes);
      expect(memory.length).toBeGreaterThanOrEqual(bytes);
      expect(memory.every((byte) => byte === 0)).toBe(true);
    }
  });
});
