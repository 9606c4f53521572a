import { describe, expect, it } from 'vitest';
import { compare } from './compare.js';

describe('a judgement beside the one before it', () => {
  const before = { verdict: 'violation' as const, rules: ['final-image', 'no-io-error'] as const };
  const judged = (verdict: 'violation' | 'pass', ...rules: ('final-image' | 'kernel-clean')[]) => ({
    verdict,
    rules,
  });
  const of = (after: ReturnType<typeof judged>) =>
    compare({ ...before, rules: [...before.rules] }, after);

  it('is the same with the same verdict and rules, in whatever order', () => {
    const rules = [...before.rules].reverse();
    expect(compare({ ...before, rules: [...before.rules] }, { ...before, rules })).toEqual({
      changed: false,
      gained: [],
      lost: [],
    });
  });

  it('has changed with another verdict, or with other rules alone', () => {
    expect(of(judged('pass'))).toEqual({
      changed: true,
      gained: [],
      lost: ['final-image', 'no-io-error'],
    });
    expect(of(judged('violation', 'final-image', 'kernel-clean'))).toEqual({
      changed: true,
      gained: ['kernel-clean'],
      lost: ['no-io-error'],
    });
    expect(compare({ verdict: 'pass', rules: [] }, { verdict: 'inconclusive', rules: [] })).toEqual(
      { changed: true, gained: [], lost: [] },
    );
  });
});
