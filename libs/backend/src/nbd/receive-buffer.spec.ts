import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBlocks } from '../hash/payload-memory.js';
import { ReceiveBuffer } from './receive-buffer.js';

describe('the receive buffer', () => {
  it('gives the units of a stream in one piece each, however they came', () => {
    const units = fc.array(fc.integer({ min: 1, max: 700_000 }), { minLength: 1, maxLength: 6 });
    const pieces = fc.array(fc.integer({ min: 5000, max: 250_000 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(units, pieces, fc.boolean(), (lengths, sizes, told) => {
        const stream = Buffer.alloc(lengths.reduce((sum, length) => sum + length, 0));
        for (let at = 0; at < stream.length; at++) stream[at] = (at * 31) >> 3;
        const buffer = new ReceiveBuffer();
        let sent = 0;
        let taken = 0;
        let unit = 0;
        for (let turn = 0; unit < lengths.length; turn++) {
          const space = buffer.space();
          if (space.length === 0) throw new Error('no space');
          const size = Math.min(sizes[turn % sizes.length]!, space.length, stream.length - sent);
          space.set(stream.subarray(sent, sent + size));
          buffer.came(size);
          sent += size;
          while (unit < lengths.length && buffer.length >= lengths[unit]!) {
            const length = lengths[unit++]!;
            expect(buffer.view.getUint8(buffer.at)).toBe(stream[taken]);
            const bytes = buffer.take(length);
            expect(bytes.equals(stream.subarray(taken, taken + length))).toBe(true);
            taken += length;
          }
          if (told && unit < lengths.length) buffer.expect(lengths[unit]!);
        }
        expect(buffer.length).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('has room for all of a unit that is expected', () => {
    const buffer = new ReceiveBuffer();
    buffer.space();
    buffer.came(100);
    buffer.expect(3_000_000);
    expect(buffer.space().length).toBeGreaterThanOrEqual(3_000_000 - 100);
  });

  it('is memory in which payloads are hashed without a copy, also when it has grown', () => {
    const buffer = new ReceiveBuffer();
    for (const length of [4096, 3_000_000]) {
      buffer.expect(length);
      buffer.space().fill(length % 251);
      buffer.came(length);
      const payload = buffer.take(length).subarray(0, 4096);
      const [hash] = hashBlocks(payload, 4096);
      const all = Buffer.from(payload.buffer);
      const inPlace = Buffer.alloc(8);
      inPlace.writeBigUInt64LE(hash!);
      expect(all.includes(inPlace)).toBe(true);
    }
  });
});
