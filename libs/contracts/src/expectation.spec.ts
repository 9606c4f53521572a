import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExitCode, worstExitCode } from './exit-code.js';
import {
  chooseExpectation,
  commonCapabilities,
  exitCodeOf,
  forbiddenRules,
  meets,
  type Judged,
  type Shortfall,
} from './expectation.js';
import type { Expectation } from './scenario/model.js';
import { ruleNameSchema, type RuleName } from './verdict.js';

const pass: Expectation = {
  capabilities: [],
  verdict: 'pass',
  profile: 'cqt-zero-10s',
  violates: [],
  never: [],
  under: {},
};
const stale: Expectation = {
  ...pass,
  verdict: 'violation',
  violates: ['no-stale-overwrite', 'no-early-retry'],
  never: ['*others'],
  under: { 'cqt-zero-immediate': 'violation', 'tp4129-strict': 'pass' },
};
const asWanted = {
  'cqt-zero-10s': 'violation',
  'cqt-zero-immediate': 'violation',
  'tp4129-strict': 'pass',
} as const;

describe('chooseExpectation', () => {
  const expectations = [
    { ...pass, capabilities: ['ccr', 'cqt'] },
    { ...pass, capabilities: ['ccr'], verdict: 'inconclusive' as const },
    stale,
  ];

  it('takes the first whose capabilities the kernels all have', () => {
    const choose = (list: string[]) => chooseExpectation({ expect: expectations }, list);
    expect(choose(['cqt', 'ccr', 'x'])).toBe(expectations[0]);
    expect(choose(['ccr'])).toBe(expectations[1]);
    expect(choose(['cqt'])).toBe(stale);
    expect(choose([])).toBe(stale);
  });

  it('has none where nothing matches: the scenario is skipped', () => {
    expect(chooseExpectation({ expect: expectations.slice(0, 2) }, [])).toBeUndefined();
    expect(exitCodeOf({ outcome: 'skipped' })).toBe(0);
  });

  it('counts only what every kernel can', () => {
    const kernels = [{ capabilities: ['ccr', 'cqt'] }, { capabilities: ['cqt'] }];
    expect(commonCapabilities(kernels)).toEqual(['cqt']);
    expect(commonCapabilities([])).toEqual([]);
  });
});

/** Every rule held, but for those that are violated. */
function rulesOf(violated: readonly RuleName[]): Judged['rules'] {
  return ruleNameSchema.options.map((rule) => ({
    rule,
    status: violated.includes(rule) ? 'violated' : 'held',
  }));
}

describe('meets', () => {
  const kinds = (expectation: Expectation, judged: Judged) =>
    meets(expectation, judged).shortfalls.map(({ kind }) => kind);

  it('is met by the verdicts, the rules and nothing else', () => {
    expect(
      meets(stale, {
        verdictPerProfile: asWanted,
        rules: rulesOf(['no-early-retry', 'no-stale-overwrite']),
      }),
    ).toEqual({ met: true, shortfalls: [] });
  });

  it('forbids all others by *others, and only the named without it', () => {
    expect(forbiddenRules(stale)).toHaveLength(ruleNameSchema.options.length - 2);
    expect(forbiddenRules({ ...stale, never: ['kernel-clean'] })).toEqual(['kernel-clean']);
    const rules = rulesOf([...stale.violates, 'kernel-clean']);
    expect(kinds(stale, { verdictPerProfile: asWanted, rules })).toEqual(['unexpected-violation']);
    expect(kinds({ ...stale, never: [] }, { verdictPerProfile: asWanted, rules })).toEqual([]);
  });

  it('misses a rule that is not violated', () => {
    const { met, shortfalls } = meets(stale, {
      verdictPerProfile: asWanted,
      rules: rulesOf(['no-early-retry']),
    });
    expect(met).toBe(false);
    expect(shortfalls).toEqual([
      {
        kind: 'absent-violation',
        reason: 'no-stale-overwrite was expected to be violated and is not.',
      },
    ]);
  });

  it('says of an absent violation once that it is absent', () => {
    const verdictPerProfile = { ...asWanted, 'cqt-zero-10s': 'pass' as const };
    expect(kinds(stale, { verdictPerProfile, rules: rulesOf([]) })).toEqual(['absent-violation']);
  });

  it('looks at the other profiles', () => {
    const { shortfalls } = meets(stale, {
      verdictPerProfile: { ...asWanted, 'tp4129-strict': 'violation' },
      rules: rulesOf(stale.violates),
    });
    expect(shortfalls).toEqual([
      {
        kind: 'unexpected-violation',
        reason: 'The verdict under tp4129-strict is violation, expected was pass.',
      },
    ]);
  });

  it.each([
    [pass, 'inconclusive', 'inconclusive'],
    [pass, 'violation', 'unexpected-violation'],
    [pass, undefined, 'inconclusive'],
    [{ ...stale, under: {} }, 'inconclusive', 'inconclusive'],
    [{ ...pass, verdict: 'inconclusive' }, 'pass', 'conclusive'],
    [{ ...pass, verdict: 'inconclusive' }, 'violation', 'conclusive'],
  ] as const)('%# %j', (expectation, verdict, kind) => {
    const verdictPerProfile = verdict === undefined ? {} : { 'cqt-zero-10s': verdict };
    expect(kinds(expectation as Expectation, { verdictPerProfile, rules: rulesOf([]) })).toEqual([
      kind,
    ]);
  });
});

describe('an expected inconclusive', () => {
  const unsure: Expectation = {
    ...pass,
    verdict: 'inconclusive',
    under: { 'tp4129-strict': 'inconclusive' },
  };
  const verdictPerProfile = {
    'cqt-zero-10s': 'inconclusive',
    'tp4129-strict': 'inconclusive',
  } as const;

  it('is met by a checker that was not sure of one rule', () => {
    const rules = ruleNameSchema.options.map((rule, at) => ({
      rule,
      status: at === 0 ? ('inconclusive' as const) : ('not-judged' as const),
    }));
    expect(meets(unsure, { verdictPerProfile, rules })).toEqual({ met: true, shortfalls: [] });
  });

  it('is not met by one that failed, and judged no rule', () => {
    const rules = ruleNameSchema.options.map((rule) => ({ rule, status: 'not-judged' as const }));
    const { met, shortfalls } = meets(unsure, { verdictPerProfile, rules });
    expect(met).toBe(false);
    expect(exitCodeOf({ outcome: 'judged', shortfalls, control: false })).toBe(2);
  });
});

describe('exit codes', () => {
  const judged = (control: boolean, ...kinds: Shortfall['kind'][]) =>
    exitCodeOf({
      outcome: 'judged',
      control,
      shortfalls: kinds.map((kind) => ({ kind, reason: '' })),
    });

  it('are 0 only for what is as expected', () => {
    expect(judged(false)).toBe(0);
    expect(judged(true)).toBe(0);
    expect(judged(false, 'unexpected-violation')).toBe(1);
    expect(judged(false, 'conclusive')).toBe(1);
    expect(judged(false, 'absent-violation')).toBe(1);
    expect(judged(true, 'absent-violation')).toBe(4);
    expect(judged(true, 'inconclusive')).toBe(2);
  });

  it('let a violation that is not expected weigh most', () => {
    expect(judged(true, 'absent-violation', 'inconclusive', 'unexpected-violation')).toBe(1);
    expect(judged(true, 'absent-violation', 'inconclusive')).toBe(2);
  });

  it.each(['error', 'timeout', 'cancelled'] as const)('%s is 3', (outcome) => {
    expect(exitCodeOf({ outcome })).toBe(3);
  });

  it('of several scenarios are the worst, in the order 64, 69, 3, 4, 1, 2, 0', () => {
    const order: ExitCode[] = [64, 69, 3, 4, 1, 2, 0];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order)), (codes) => {
        const worst = order[Math.min(...codes.map((code) => order.indexOf(code)))] ?? 0;
        expect(worstExitCode(codes)).toBe(worst);
      }),
    );
  });
});
