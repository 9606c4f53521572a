import { ExitCode } from './exit-code.js';
import type { Expectation, Scenario } from './scenario/model.js';
import {
  ruleNameSchema,
  type ProfileName,
  type RuleName,
  type RuleStatus,
  type VerdictValue,
} from './verdict.js';

/** The capabilities that every kernel of a lab has. */
export function commonCapabilities(
  kernels: Iterable<{ capabilities: readonly string[] }>,
): string[] {
  const [first, ...others] = [...kernels].map(({ capabilities }) => capabilities);
  return (first ?? []).filter((name) => others.every((list) => list.includes(name)));
}

/**
 * The expectation that holds for these kernels: the first one whose capabilities they all have. Undefined
 * where none matches: the scenario is then skipped, as the kernels lack what it needs.
 *
 * @param capabilities those that every kernel of the lab has (`commonCapabilities`)
 */
export function chooseExpectation(
  scenario: Pick<Scenario, 'expect'>,
  capabilities: readonly string[],
): Expectation | undefined {
  return scenario.expect.find((entry) =>
    entry.capabilities.every((name) => capabilities.includes(name)),
  );
}

/** The rules that an expectation says are not violated, `*others` resolved. */
export function forbiddenRules({ violates, never }: Expectation): RuleName[] {
  const all = never.includes('*others');
  return ruleNameSchema.options.filter(
    (rule) => !violates.includes(rule) && (all || never.includes(rule)),
  );
}

/** Why a verdict is not as expected. */
export interface Shortfall {
  kind:
    | 'unexpected-violation'
    /** A violation, or a rule's violation, was expected and is not there. */
    | 'absent-violation'
    | 'inconclusive'
    /** Inconclusive was expected, and a verdict was reached. */
    | 'conclusive';
  /** A sentence. */
  reason: string;
}

export interface Judged {
  verdictPerProfile: Readonly<Partial<Record<ProfileName, VerdictValue>>>;
  /** What became of each rule under the deciding profile. */
  rules: readonly Pick<RuleStatus, 'rule' | 'status'>[];
}

/** Compares what was judged with what was expected; `met` when there is no shortfall. */
export function meets(
  expectation: Expectation,
  { verdictPerProfile, rules }: Judged,
): { met: boolean; shortfalls: Shortfall[] } {
  const { profile, under } = expectation;
  const violated = rules.filter(({ status }) => status === 'violated').map(({ rule }) => rule);
  const shortfalls: Shortfall[] = [];
  const expected: [ProfileName, VerdictValue][] = [
    [profile, expectation.verdict],
    ...(Object.entries(under) as [ProfileName, VerdictValue][]),
  ];
  for (const [name, wanted] of expected) {
    const found = verdictPerProfile[name];
    if (found !== wanted) shortfalls.push(verdictShortfall(name, wanted, found));
  }
  // Inconclusive is what a checker that was not sure says. One that failed has said nothing, and meets no expectation.
  if (shortfalls.length === 0 && rules.every(({ status }) => status === 'not-judged')) {
    const reason = 'No rule was judged: the checker failed, or the recording could not be read.';
    shortfalls.push({ kind: 'inconclusive', reason });
  }
  // Without a verdict the findings are not complete: a rule that is missing says nothing.
  if (verdictPerProfile[profile] === 'violation') {
    for (const rule of expectation.violates.filter((one) => !violated.includes(one))) {
      shortfalls.push({
        kind: 'absent-violation',
        reason: `${rule} was expected to be violated and is not.`,
      });
    }
  }
  for (const rule of forbiddenRules(expectation).filter((one) => violated.includes(one))) {
    shortfalls.push({
      kind: 'unexpected-violation',
      reason: `${rule} is violated, and was expected not to be.`,
    });
  }
  return { met: shortfalls.length === 0, shortfalls };
}

function verdictShortfall(
  profile: ProfileName,
  wanted: VerdictValue,
  found: VerdictValue | undefined,
): Shortfall {
  const reason = `The verdict under ${profile} is ${found ?? 'not known'}, expected was ${wanted}.`;
  if (found === undefined || found === 'inconclusive') return { kind: 'inconclusive', reason };
  if (wanted === 'inconclusive') return { kind: 'conclusive', reason };
  return { kind: found === 'violation' ? 'unexpected-violation' : 'absent-violation', reason };
}

/** How one scenario ended. */
export type Outcome =
  | { outcome: 'judged'; shortfalls: readonly Shortfall[]; control: boolean }
  /** The kernels lack what the scenario needs: nothing was expected of them. */
  | { outcome: 'skipped' }
  | { outcome: 'error' | 'timeout' | 'cancelled' };

/**
 * The exit code of one scenario. Where several shortfalls meet, a violation that is not expected weighs
 * most: it is what the program is there to find. Then a verdict that could not be reached, then an
 * expected violation that is absent (4 for a control, else 1).
 */
export function exitCodeOf(ended: Outcome): ExitCode {
  if (ended.outcome === 'skipped') return ExitCode.asExpected;
  if (ended.outcome !== 'judged') return ExitCode.error;
  const kinds = new Set(ended.shortfalls.map(({ kind }) => kind));
  if (kinds.size === 0) return ExitCode.asExpected;
  if (kinds.has('unexpected-violation')) return ExitCode.notAsExpected;
  if (kinds.has('inconclusive')) return ExitCode.inconclusive;
  if (kinds.has('absent-violation') && ended.control) return ExitCode.controlFailed;
  return ExitCode.notAsExpected;
}
