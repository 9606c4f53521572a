import { describe, expect, it } from 'vitest';
import { parseArguments } from './parse-arguments.mjs';

describe('parseArguments', () => {
  it('runs the default tier and asks, unless told otherwise', () => {
    expect(parseArguments([])).toEqual({ yes: false, tier: null, problem: null });
    expect(parseArguments(['--tier', 'lab', '--yes'])).toEqual({
      yes: true,
      tier: 'lab',
      problem: null,
    });
  });

  it('refuses what it does not know', () => {
    for (const args of [['--tier'], ['--tier', 'all'], ['libs/vm']]) {
      expect(parseArguments(args).problem).toContain('known are --yes and --tier lab|web|long');
    }
  });
});
