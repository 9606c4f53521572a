import { ruleNameSchema, type ProfileName, type Verdict } from '@fenceline/contracts';
import { profiles, type Judgement } from '@fenceline/verifier';

/** What a recording that cannot be judged comes to: nothing is said of any rule, and why. */
export function undecided(profile: ProfileName, reason: string): Omit<Judgement, 'counters'> {
  return {
    verdict: 'inconclusive',
    profile,
    profiles: profiles.map(({ name }) => ({ name, verdict: 'inconclusive', margins: [] })),
    rules: ruleNameSchema.options.map((rule) => ({ rule, status: 'not-judged', reason })),
    findings: [],
    inconclusive: [{ reason }],
    margins: [],
    exercised: nothing,
    longestStallMs: null,
  };
}

const nothing: Verdict['exercised'] = {
  outstanding: 0,
  completeUnapplied: 0,
  retriedEarly: 0,
  couldLand: 0,
  landedLate: 0,
  unattributed: 0,
};
