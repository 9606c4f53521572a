import fc from 'fast-check';
import type { History } from '@fenceline/history';
import { judged, statusOf } from '../judge.testing.js';
import type { Judgement } from '../judge.js';
import { profiles, type Profile } from '../profiles.js';
import { rules } from '../rules/index.js';
import type { Decision } from './decision.testing.js';
import {
  exhaustiveRules,
  judgeExhaustively,
  readsTogether,
  type ExhaustiveRule,
} from './exhaustive-judge.testing.js';
import { plannedHistory } from './planned-history.testing.js';
import { historyPlans, type HistoryPlan } from './small-histories.testing.js';

/** How the two checkers compare on one rule of one history under one profile. */
export type Comparison =
  | 'held by both'
  | 'violated by both'
  | 'inconclusive by both'
  | 'nothing to look at'
  /** Allowed: the bounds by which the fast checker excludes choices are wider than the choices themselves. */
  | 'undecided by the fast one alone'
  /** Allowed: reads that contradict only together, one of them of bytes that were written more than once. */
  | 'reads that only all together contradict'
  | 'DISAGREE'
  | 'DISAGREE ABOUT BLAME';

export interface Agreement {
  histories: number;
  /** Rule and comparison → how often. */
  counts: Map<string, number>;
  /** The plans on which the two do not agree, with the rule and the profile. */
  disagreements: {
    rule: ExhaustiveRule;
    profile: string;
    comparison: Comparison;
    plan: HistoryPlan;
  }[];
}

const compared = rules.filter(({ name }) => exhaustiveRules.some((rule) => rule === name));
const severity = { 'not-judged': 0, held: 0, inconclusive: 1, violated: 2 } as const;

/** Judges so many random small histories by both checkers, under every profile. */
export function compareOn(histories: number, seed: number): Agreement {
  const agreement: Agreement = { histories, counts: new Map(), disagreements: [] };
  for (const plan of fc.sample(historyPlans, { numRuns: histories, seed })) {
    const history = plannedHistory(plan);
    for (const profile of profiles) {
      for (const [rule, comparison] of compareBoth(history, profile)) {
        const key = `${rule}: ${comparison}`;
        agreement.counts.set(key, (agreement.counts.get(key) ?? 0) + 1);
        if (comparison.startsWith('DISAGREE')) {
          agreement.disagreements.push({ rule, profile: profile.name, comparison, plan });
        }
      }
    }
  }
  return agreement;
}

/** Compares the two checkers on every rule that both know. */
export function compareBoth(history: History, profile: Profile): [ExhaustiveRule, Comparison][] {
  const fast = judged(history, { profile: profile.name, stableBuffers: true }, compared);
  return exhaustiveRules.map((rule) => [
    rule,
    compare(fast, rule, judgeExhaustively(history, profile, rule), () =>
      readsTogether(history, profile),
    ),
  ]);
}

function compare(
  judgement: Judgement,
  rule: ExhaustiveRule,
  exhaustive: Decision,
  together: () => Decision,
): Comparison {
  const { status: fast } = statusOf(judgement, rule);
  if (fast === exhaustive.status || severity[fast] === severity[exhaustive.status]) {
    if (fast === 'held') return 'held by both';
    if (fast === 'inconclusive') return 'inconclusive by both';
    if (fast === 'not-judged') return 'nothing to look at';
    const { maybe } = rule === 'reads-consistent' ? together() : exhaustive;
    const decision = { ...exhaustive, maybe: new Set([...exhaustive.maybe, ...maybe]) };
    return blamesTheSame(judgement, rule, decision) ? 'violated by both' : 'DISAGREE ABOUT BLAME';
  }
  const isAmongReads =
    rule === 'reads-consistent' &&
    severity[fast] > severity[exhaustive.status] &&
    severity[fast] <= severity[together().status];
  if (isAmongReads) return 'reads that only all together contradict';
  return fast === 'inconclusive' ? 'undecided by the fast one alone' : 'DISAGREE';
}

/** Everybody is blamed whom every world blames, and nobody whom none does. */
function blamesTheSame(
  { findings }: Judgement,
  rule: ExhaustiveRule,
  { surely, maybe }: Decision,
): boolean {
  const isOfKind = rule === 'reads-consistent' || rule === 'final-image';
  const blamed = new Set(
    findings
      .filter((finding) => finding.rule === rule)
      .map(({ blame, blamed: vm }) => (isOfKind ? blame : `${blame} ${vm}`)),
  );
  return [...surely].every((it) => blamed.has(it)) && [...blamed].every((it) => maybe.has(it));
}

/** The counts as a table, for people. */
export function tableOf({ histories, counts }: Agreement): string {
  const lines = [...counts].sort().map(([what, count]) => `${String(count).padStart(8)}  ${what}`);
  return [`${histories} histories under ${profiles.length} profiles`, ...lines].join('\n');
}
