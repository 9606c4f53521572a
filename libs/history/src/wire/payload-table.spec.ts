import { hashBlock } from '@fenceline/capture';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PayloadTable } from './payload-table.js';

describe('PayloadTable', () => {
  it('gives the all-zero block number 0', () => {
    const table = new PayloadTable(512);
    expect(table.ofBlock(new Uint8Array(512))).toBe(0);
    expect(table.hashes()).toEqual([hashBlock(new Uint8Array(512)).toString(16).padStart(16, '0')]);
  });

  it('gives equal hashes equal numbers and others others, however many and however alike', () => {
    // Few lower bits, by which a place is found: many hashes want the same one.
    const hash = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((high) => high << 32n),
    );
    fc.assert(
      fc.property(fc.array(hash, { minLength: 1, maxLength: 5000, size: 'max' }), (hashes) => {
        const table = new PayloadTable(512);
        const zeroes = hashBlock(new Uint8Array(512));
        const known = new Map<bigint, number>([[zeroes, 0]]);
        for (const one of [...hashes, ...hashes]) {
          const expected = known.get(one);
          expect(table.find(one)).toBe(expected);
          const id = table.ofHash(one);
          expect(id).toBe(expected ?? known.size);
          known.set(one, id);
        }
        expect(table.hashes()).toEqual(
          [...known.keys()].map((one) => one.toString(16).padStart(16, '0')),
        );
      }),
      { numRuns: 20 },
    );
  });
});
