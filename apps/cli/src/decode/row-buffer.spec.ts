import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode, RowBuffer } from './row-buffer.js';

const textOf = (rows: RowBuffer) => new TextDecoder().decode(rows.take());

describe('RowBuffer', () => {
  it('writes every whole number as JavaScript does', () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(100)), (value) => {
        const rows = new RowBuffer();
        rows.number(value);
        expect(textOf(rows)).toBe(String(value));
      }),
    );
  });

  it.each([0, 9, 10, 999_999_999, 1_000_000_000, 1_000_000_001, -1_000_000_000, 2 ** 53, 2 ** 70])(
    'writes %d',
    (value) => {
      const rows = new RowBuffer();
      rows.number(value);
      expect(textOf(rows)).toBe(String(value));
    },
  );

  it('fills up with zeroes', () => {
    const rows = new RowBuffer();
    rows.digits(1234, 9);
    expect(textOf(rows)).toBe('000001234');
  });

  it('keeps what was appended in order, however much, and begins anew once it was taken', () => {
    const rows = new RowBuffer();
    const parts = Array.from({ length: 20_000 }, (_, at) => `${at} Größe,`);
    for (const part of parts) rows.put(encode(part));
    expect(textOf(rows)).toBe(parts.join(''));
    expect(textOf(rows)).toBe('');
    rows.put(encode('x'));
    expect(textOf(rows)).toBe('x');
  });
});
