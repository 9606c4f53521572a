import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLink, writeLink, type LinkState } from './link-state.js';

const time = fc.integer({ min: 0, max: 1e12 }).map((ns) => ns / 1000);
const stateArbitrary: fc.Arbitrary<LinkState> = fc.record({
  window: fc.option(
    fc
      .tuple(time, fc.integer({ min: 1, max: 1e6 }))
      .map(([from, span]) => ({ from, to: Math.round((from + span) * 1000) / 1000 })),
  ),
  finding: fc.option(fc.nat({ max: 1e6 })),
  item: fc.option(fc.record({ apply: fc.boolean(), id: fc.nat(), start: time })),
  query: fc.string({ maxLength: 40 }),
});

describe('the address of a timeline', () => {
  it('says what is seen, and leaves what else stands there', () => {
    fc.assert(
      fc.property(stateArbitrary, (state) => {
        const params = new URLSearchParams('tab=timeline&item=c1@2&t=0-1');
        writeLink(params, state);
        expect(readLink(new URLSearchParams(params.toString()))).toEqual(state);
        expect(params.get('tab')).toBe('timeline');
      }),
    );
  });

  it('is taken as far as it is right', () => {
    expect(readLink(new URLSearchParams('t=9-1&finding=-3&item=x7&find='))).toEqual({
      ...{ window: null, finding: null, item: null, query: '' },
    });
  });
});
