import { parseScenario } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { scenarioText, verdictOf } from '../testing/work.testing.js';
import { outcomeOf, withoutVerdict } from './outcome-of.js';

const parsed = parseScenario(scenarioText, 'scenario');
if (!parsed.ok) throw new Error(parsed.problems[0]!.message);
const { scenario } = parsed;

describe('outcomeOf', () => {
  it('is as expected where a control shows its violation', () => {
    expect(outcomeOf(scenario, verdictOf('violation'))).toEqual({
      outcome: 'violation',
      asExpected: true,
      exitCode: 0,
      rules: expect.arrayContaining(['no-stale-overwrite', 'no-early-retry']) as string[],
      summary: expect.stringContaining('is violated') as string,
    });
  });

  it('is 4 where a control lacks its violation, 1 where a fixed kernel shows it, 2 without a verdict', () => {
    const of = (...args: Parameters<typeof verdictOf>) => {
      const { outcome, asExpected, exitCode } = outcomeOf(scenario, verdictOf(...args));
      return { outcome, asExpected, exitCode };
    };
    expect(of('pass')).toEqual({ outcome: 'pass', asExpected: false, exitCode: 4 });
    expect(of('pass', { ccr: true })).toEqual({ outcome: 'pass', asExpected: true, exitCode: 0 });
    expect(of('violation', { ccr: true })).toMatchObject({ asExpected: false, exitCode: 1 });
    expect(of('inconclusive')).toMatchObject({ asExpected: false, exitCode: 2 });
    expect(of('violation', { rules: ['payload-stable'] })).toMatchObject({ exitCode: 1 });
  });

  it('is not as expected where the checker failed, whatever the scenario expects', () => {
    const expecting = {
      ...scenario,
      expect: scenario.expect.map((one) => ({
        ...one,
        ...{ verdict: 'inconclusive' as const, violates: [], under: {} },
      })),
    };
    const unsure = verdictOf('inconclusive');
    expect(outcomeOf(expecting, unsure)).toMatchObject({ asExpected: true, exitCode: 0 });
    const failed = {
      ...unsure,
      rules: unsure.rules.map((rule) => ({ ...rule, status: 'not-judged' as const })),
    };
    expect(outcomeOf(expecting, failed)).toMatchObject({ asExpected: false, exitCode: 2 });
  });

  it('does not believe what the worker says of it', () => {
    const verdict = { ...verdictOf('violation', { ccr: true }), asExpected: true };
    expect(outcomeOf(scenario, verdict).asExpected).toBe(false);
  });

  it('is skipped where no expectation is for these kernels', () => {
    const needing = { ...scenario, expect: scenario.expect.slice(0, 1) };
    expect(outcomeOf(needing, verdictOf('violation'))).toMatchObject({
      outcome: 'skipped',
      asExpected: true,
      exitCode: 0,
    });
  });

  it('refuses a judgement under another profile than the one that is expected', () => {
    const verdict = { ...verdictOf('violation'), profile: 'tp4129-strict' as const };
    expect(() => outcomeOf(scenario, verdict)).toThrow(RangeError);
  });
});

describe('withoutVerdict', () => {
  it('exits with 3, or with 0 where it was skipped', () => {
    expect(withoutVerdict('error', 'QEMU ended.\nsecond line')).toEqual({
      outcome: 'error',
      asExpected: false,
      exitCode: 3,
      rules: [],
      summary: 'QEMU ended.',
    });
    expect(withoutVerdict('timeout', 'x').exitCode).toBe(3);
    expect(withoutVerdict('cancelled', 'x').exitCode).toBe(3);
    expect(withoutVerdict('skipped', 'x')).toMatchObject({ exitCode: 0, asExpected: true });
    expect(withoutVerdict('error', 'x'.repeat(1000)).summary).toHaveLength(500);
  });
});
