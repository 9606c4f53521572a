import { describe, expect, it } from 'vitest';
import { parseArguments } from './parse-arguments.mjs';

function namesOf(...args) {
  return parseArguments(args).tiers.map(({ name }) => name);
}

describe('parseArguments', () => {
  it('runs the default tier and asks, unless told otherwise', () => {
    expect(parseArguments([])).toMatchObject({ yes: false, problem: null });
    expect(namesOf()).toEqual(['test']);
    expect(parseArguments(['--tier', 'lab', '--yes'])).toMatchObject({ yes: true, problem: null });
    expect(namesOf('--tier', 'lab', '--yes')).toEqual(['lab']);
  });

  it('knows all tiers as one', () => {
    expect(namesOf('--tier', 'all')).toEqual(['docs', 'test', 'web', 'lab', 'long']);
  });

  it('refuses what it does not know', () => {
    for (const args of [['--tier'], ['--tier', 'none'], ['libs/vm']]) {
      expect(parseArguments(args).problem).toContain(
        'known are --yes and --tier docs|test|web|lab|long|all',
      );
    }
  });
});
