import { hostMutantNameSchema, ruleNameSchema } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { correctHost } from '../host/decisions.js';
import { hostDecisionsOf, hostMutants } from './host.js';

describe('the host mutants', () => {
  it('have names of their own, that a scenario can write', () => {
    const names = hostMutants.map(({ name }) => name);
    expect(names.toSorted()).toEqual(hostMutantNameSchema.options.toSorted());
  });

  it.each(hostMutants)('$name is wrong in one thing or two', (mutant) => {
    const keys = Object.keys(mutant.decisions) as (keyof typeof correctHost)[];
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.length).toBeLessThanOrEqual(2);
    const decisions = hostDecisionsOf(mutant);
    for (const key of Object.keys(correctHost) as (keyof typeof correctHost)[]) {
      expect(decisions[key] === correctHost[key], key).toBe(!keys.includes(key));
    }
    expect(ruleNameSchema.safeParse(mutant.rule).success).toBe(true);
    expect(mutant.blame).toBe('host');
  });

  it('cover every decision', () => {
    const overridden = new Set(hostMutants.flatMap(({ decisions }) => Object.keys(decisions)));
    const left = Object.keys(correctHost).filter((key) => !overridden.has(key));
    expect(left).toEqual(['ccrWaitMs']);
  });
});
