import {
  ruleNameSchema,
  type Finding,
  type Margin,
  type ProfileVerdict,
  type RuleName,
  type RuleStatus,
  type Verdict,
  type VerdictValue,
} from '@fenceline/contracts';
import type { History } from '@fenceline/history';
import { whatKeepsFromPass } from './earned.js';
import { exercisedCounters, exercisedOf, type ExerciseCounters } from './exercised.js';
import { gatherFacts } from './facts.js';
import { fencesUnder } from './fences.js';
import type { JudgeInput } from './input.js';
import { contradictionsOf, unattributedOf, type Contradiction } from './instruments.js';
import { longestStallMs } from './longest-stall.js';
import { marginsUnder } from './margins.js';
import { profiles } from './profiles.js';
import type { Outcome, Rule, RuleInput } from './rule.js';
import { rules as builtRules } from './rules/index.js';

/** The fields of a verdict that depend on the history, and every counter that an exercise may name. */
export type Judgement = Pick<
  Verdict,
  | 'verdict'
  | 'profile'
  | 'profiles'
  | 'rules'
  | 'findings'
  | 'inconclusive'
  | 'margins'
  | 'exercised'
  | 'longestStallMs'
> & { counters: ExerciseCounters };

/**
 * Judges a history: every rule under every profile, the margins, what was exercised, and the verdict under the
 * profile that decides. Pure; near-linear in the history.
 *
 * A violation is certain, so it wins over whatever keeps a run from being a pass; but a rule whose instruments
 * contradict themselves says nothing, whatever it found. A rule that throws is inconclusive; a history that
 * cannot be read at all (a number that names nothing) throws, and is never a pass.
 */
export function judge(
  history: History,
  input: JudgeInput,
  rules: readonly Rule[] = builtRules,
): Judgement {
  const facts = gatherFacts(history);
  const unattributed = unattributedOf(history);
  const contradictions = contradictionsOf(history, unattributed);
  const underEach = profiles.map((profile) => fencesUnder(profile, facts));
  const deciding = underEach.find(({ profile }) => profile.name === input.profile)!;
  const counters = exercisedCounters(facts, deciding, input.links);
  const notEarned = [
    ...contradictions.map(({ reason }) => reason),
    ...whatKeepsFromPass(history, input, counters),
  ];

  const same = new Map<Rule, Outcome>();
  const judged = underEach.map((fences): Judged => {
    const margins = marginsUnder(facts, fences);
    const outcomeUnder = (rule: Rule): Outcome => {
      const known = same.get(rule);
      if (known !== undefined) return known;
      const outcome = outcomeOf(rule, { facts, fences, input });
      if (rule.sameUnderEach === true) same.set(rule, outcome);
      return outcome;
    };
    return judgeUnder(outcomeUnder, rules, contradictions, notEarned, margins);
  });
  const decided = judged[underEach.indexOf(deciding)]!;
  return {
    verdict: decided.verdict,
    profile: input.profile,
    profiles: judged.map((it, index): ProfileVerdict => {
      return { name: profiles[index]!.name, verdict: it.verdict, margins: it.margins };
    }),
    rules: decided.statuses,
    findings: decided.findings,
    inconclusive: decided.reasons.map((reason) => ({ reason })),
    margins: decided.margins,
    exercised: exercisedOf(counters, unattributed.count),
    longestStallMs: longestStallMs(history, facts.blocks),
    counters,
  };
}

interface Judged {
  verdict: VerdictValue;
  statuses: RuleStatus[];
  findings: Finding[];
  reasons: string[];
  margins: Margin[];
}

function judgeUnder(
  outcomeUnder: (rule: Rule) => Outcome,
  rules: readonly Rule[],
  contradictions: readonly Contradiction[],
  notEarned: readonly string[],
  margins: Margin[],
): Judged {
  const statuses: RuleStatus[] = [];
  const findings: Finding[] = [];
  const reasons = [...notEarned];
  for (const name of ruleNameSchema.options) {
    const rule = rules.find((it) => it.name === name);
    if (rule === undefined) {
      statuses.push({
        rule: name,
        status: 'not-judged',
        reason: 'this version does not judge this rule',
      });
      continue;
    }
    const outcome = outcomeUnder(rule);
    findings.push(...outcome.findings);
    reasons.push(...outcome.doubts);
    statuses.push({ rule: name, ...trusted(rule, outcome, contradictions) });
  }
  findings.sort((a, b) => gravity(a) - gravity(b));
  return { verdict: verdictOf(statuses, reasons), statuses, findings, reasons, margins };
}

/** Rules whose violation is damage done to data; their findings come first. */
const damage: readonly RuleName[] = [
  'no-stale-overwrite',
  'reads-consistent',
  'final-image',
  'medium-equals-wire',
  'payload-stable',
];

function gravity({ rule }: Finding): number {
  const place = damage.indexOf(rule);
  return place < 0 ? damage.length : place;
}

function outcomeOf(rule: Rule, ruleInput: RuleInput): Outcome {
  try {
    return rule.judge(ruleInput);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = `${rule.name} could not be judged: ${message}`;
    return { status: 'inconclusive', reason, findings: [], doubts: [reason] };
  }
}

/** What a rule's outcome is worth: nothing where an instrument that it rests on contradicts itself. */
function trusted(
  rule: Rule,
  { status, reason }: Outcome,
  contradictions: readonly Contradiction[],
): Pick<RuleStatus, 'status' | 'reason'> {
  const against = contradictions.find(({ doubtful }) =>
    doubtful.some((instrument) => rule.restsOn.includes(instrument)),
  );
  if (against === undefined) return { status, reason };
  return { status: 'inconclusive', reason: `${against.reason}; without that: ${reason}` };
}

function verdictOf(statuses: readonly RuleStatus[], reasons: readonly string[]): VerdictValue {
  if (statuses.some(({ status }) => status === 'violated')) return 'violation';
  const undecided = statuses.some(({ status }) => status === 'inconclusive');
  return undecided || reasons.length > 0 ? 'inconclusive' : 'pass';
}
