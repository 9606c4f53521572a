import { never } from '@fenceline/history';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentAfter, without, type Span } from './usable-paths.js';

const span = fc
  .tuple(fc.nat(50), fc.nat(50))
  .map(([a, b]): Span => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const inside = (spans: Span[], t: number) => spans.some(({ from, to }) => from <= t && t < to);

describe('stretches of time', () => {
  it('without others are what none of them covers', () => {
    fc.assert(
      fc.property(span, fc.array(span, { maxLength: 6 }), (whole, holes) => {
        const left = without(whole, holes);
        for (let t = 0; t <= 50; t++) {
          expect(inside(left, t)).toBe(inside([whole], t) && !inside(holes, t));
        }
      }),
    );
  });

  it('pass only while they last', () => {
    const spans = [
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ];
    expect(momentAfter(spans, 0, 10)).toBe(20);
    expect(momentAfter(spans, 15, 10)).toBe(35);
    expect(momentAfter(spans, 15, 15)).toBe(40);
    expect(momentAfter(spans, 15, 16)).toBe(never);
  });
});
