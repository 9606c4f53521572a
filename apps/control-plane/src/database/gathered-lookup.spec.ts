import { describe, expect, it } from 'vitest';
import { GatheredLookup } from './gathered-lookup.js';

/** A lookup that answers only when it is told to. */
function held() {
  const asked: (readonly string[])[] = [];
  const answers: ((found: Map<string, string>) => void)[] = [];
  const lookup = new GatheredLookup<string>((keys) => {
    asked.push(keys);
    return new Promise((resolve) => answers.push(resolve));
  });
  return { lookup, asked, answers };
}

const afterSockets = () => new Promise((resolve) => setImmediate(resolve));

describe('gathered lookups', () => {
  it('ask once for all who came together, and tell each its own', async () => {
    const { lookup, asked, answers } = held();
    const values = Promise.all([lookup.of('a'), lookup.of('b'), lookup.of('a'), lookup.of('c')]);
    await afterSockets();
    expect(asked).toEqual([['a', 'b', 'c']]);
    answers[0]!(new Map([['a', 'A'], ['b', 'B']])); // prettier-ignore
    expect(await values).toEqual(['A', 'B', 'A', null]);
  });

  it('answer nobody by a statement that began before the question', async () => {
    const { lookup, asked, answers } = held();
    const before = lookup.of('a');
    await afterSockets();
    const after = lookup.of('a');
    answers[0]!(new Map([['a', 'valid']]));
    expect(await before).toBe('valid');
    expect(asked).toEqual([['a'], ['a']]);
    // It was revoked in between.
    answers[1]!(new Map());
    expect(await after).toBeNull();
  });

  it('fail for those who were asked for, and go on with the next', async () => {
    let broken = true;
    const lookup = new GatheredLookup<string>((keys) =>
      broken
        ? Promise.reject(new Error('away'))
        : Promise.resolve(new Map(keys.map((key) => [key, key]))),
    );
    await expect(Promise.all([lookup.of('a'), lookup.of('b')])).rejects.toThrow('away');
    broken = false;
    expect(await lookup.of('a')).toBe('a');
  });
});
