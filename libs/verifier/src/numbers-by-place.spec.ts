import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumbersByPlace, Places } from './numbers-by-place.js';

describe('NumbersByPlace', () => {
  it('gives each place its numbers in the order in which they came', () => {
    const pair = fc.tuple(fc.nat(9), fc.nat());
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 3000, size: 'max' }), (pairs) => {
        const numbers = new NumbersByPlace();
        for (const [place, number] of pairs) numbers.add(place, number % 2 ** 31);
        const listAt = numbers.sorted(10);
        for (let at = 0; at < 10; at++) {
          const wanted = pairs.filter(([place]) => place === at);
          expect([...listAt(at)]).toEqual(wanted.map(([, number]) => number % 2 ** 31));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('has no list where nothing was added', () => {
    const listAt = new NumbersByPlace().sorted(2);
    expect([...listAt(1)]).toEqual([]);
  });
});

describe('Places', () => {
  it('numbers keys in the order in which they are first asked for', () => {
    const places = new Places();
    expect([70, 7, 70, 9].map((key) => places.of(key))).toEqual([0, 1, 0, 2]);
    expect(places.keys).toEqual([70, 7, 9]);
    expect(places.count).toBe(3);
    expect([7, 8].map((key) => places.find(key))).toEqual([1, undefined]);
  });
});
