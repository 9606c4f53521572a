import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonMistake } from './json-mistake.js';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the first mistake of a JSON text', () => {
  it.each([
    ['{"a": x}', 1, 7],
    ['{"a": 1,}', 1, 9],
    ['{\n  "a": [1, 2\n}', 3, 1],
    ['', 1, 1],
    ['{"a" 1}', 1, 6],
    ['[1] 2', 1, 5],
    ['"cut', 1, 1],
  ])('of %j is in line %i, column %i', (text, line, column) => {
    expect(findJsonMistake(text)).toEqual({ line, column });
  });

  it('is there exactly where JSON.parse refuses', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }))
      .map(([text, at, cut, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + cut);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
        expect(findJsonMistake(text) === null).toBe(parses(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found below any depth', () => {
    expect(findJsonMistake('['.repeat(500_000))).toEqual({ line: 1, column: 500_001 });
  });
});
