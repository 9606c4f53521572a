import type { Finding, RuleName, RuleStatus } from '@fenceline/contracts';
import type { Facts } from './facts.js';
import type { Fences } from './fences.js';
import type { JudgeInput } from './input.js';

/** What a rule reads, by the instrument that saw it. A rule is as trustworthy as these are. */
export type Instrument = 'wire' | 'medium' | 'console' | 'workload';

export interface RuleInput {
  facts: Facts;
  /** Fence ends under the profile that is judged. */
  fences: Fences;
  input: JudgeInput;
}

/** What a rule says of a history under one profile. */
export interface Outcome {
  status: RuleStatus['status'];
  /** One sentence. */
  reason: string;
  findings: Finding[];
  /** What could not be decided; a pass is inconclusive with any of these. */
  doubts: string[];
}

export interface Rule {
  name: RuleName;
  restsOn: readonly Instrument[];
  /** It looks at no fence end: what it says under one profile it says under each. */
  sameUnderEach?: true;
  judge(input: RuleInput): Outcome;
}

/** The outcome that follows from findings and doubts: a finding is certain, so it outweighs a doubt. */
export function outcome(
  findings: Finding[],
  doubts: string[],
  said: { held: string; violated: string },
): Outcome {
  if (findings.length > 0) return { status: 'violated', reason: said.violated, findings, doubts };
  if (doubts.length > 0) return { status: 'inconclusive', reason: doubts[0]!, findings, doubts };
  return { status: 'held', reason: said.held, findings, doubts };
}

/** The outcome of a rule that has nothing to look at. */
export function notJudged(reason: string): Outcome {
  return { status: 'not-judged', reason, findings: [], doubts: [] };
}
