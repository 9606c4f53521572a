import {
  chooseExpectation,
  commonCapabilities,
  exitCodeOf,
  meets,
  type RuleName,
  type Scenario,
  type Verdict,
} from '@fenceline/contracts';
import type { OutcomeName } from '@fenceline/contracts/api';

/** What a job came to: a row of `job_outcomes`. */
export interface JobOutcome {
  outcome: OutcomeName;
  asExpected: boolean;
  /** As `fenceline run` exits for this one scenario. */
  exitCode: number;
  /** Rules that are violated. */
  rules: RuleName[];
  /** One sentence. */
  summary: string;
}

const summaryLimit = 500;

/**
 * The outcome of a job whose recording was judged. What was expected, and the exit code, are worked out here from the
 * scenario and the verdict: a worker is not asked for its opinion.
 *
 * @throws RangeError where the recording was judged under another profile than the scenario expects
 */
export function outcomeOf(
  scenario: Pick<Scenario, 'expect' | 'control'>,
  verdict: Verdict,
): JobOutcome {
  const rules = verdict.rules.filter(({ status }) => status === 'violated').map(({ rule }) => rule);
  const expectation = chooseExpectation(
    scenario,
    commonCapabilities(Object.values(verdict.kernels)),
  );
  if (expectation === undefined) {
    return {
      ...withoutVerdict('skipped', 'The kernels lack what the scenario needs.'),
      rules,
    };
  }
  if (verdict.profile !== expectation.profile) {
    throw new RangeError(
      `The scenario expects a judgement under ${expectation.profile}, and this one is under ${verdict.profile}.`,
    );
  }
  const { met, shortfalls } = meets(expectation, {
    verdictPerProfile: Object.fromEntries(
      verdict.profiles.map(({ name, verdict: value }) => [name, value]),
    ),
    rules: verdict.rules,
  });
  return {
    outcome: verdict.verdict,
    asExpected: met,
    exitCode: exitCodeOf({ outcome: 'judged', shortfalls, control: scenario.control }),
    rules,
    summary: cut(
      verdict.findings[0]?.sentence ??
        verdict.inconclusive[0]?.reason ??
        shortfalls[0]?.reason ??
        'No rule is violated.',
    ),
  };
}

/** The outcome of a job that has no verdict. */
export function withoutVerdict(
  outcome: 'error' | 'timeout' | 'cancelled' | 'skipped',
  summary: string,
): JobOutcome {
  const exitCode = exitCodeOf({ outcome });
  return { outcome, asExpected: outcome === 'skipped', exitCode, rules: [], summary: cut(summary) };
}

function cut(text: string): string {
  const line = text.trim().split('\n', 1)[0]!;
  return line.length > summaryLimit ? `${line.slice(0, summaryLimit - 1)}…` : line;
}
