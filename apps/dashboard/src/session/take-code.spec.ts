import { describe, expect, it } from 'vitest';
import { takeCode } from './take-code.js';

describe('the fragment of a sign-in link', () => {
  it('has a code', () => {
    expect(takeCode('#code=flc_abc')).toEqual({ code: 'flc_abc', rest: '' });
  });

  it('may have something else, which stays', () => {
    expect(takeCode('#lba=8&code=flc_abc')).toEqual({ code: 'flc_abc', rest: '#lba=8' });
    expect(takeCode('#lba=8')).toEqual({ code: null, rest: '#lba=8' });
    expect(takeCode('')).toEqual({ code: null, rest: '' });
  });
});
