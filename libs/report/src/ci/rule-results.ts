import type { Finding, RuleName, RuleStatus, Verdict } from '@fenceline/contracts';
import { byGravity } from '../words.js';

/** A rule with what it found: what CI systems call a test. */
export interface RuleResult {
  rule: RuleName;
  status: RuleStatus['status'];
  reason: string;
  findings: Finding[];
}

/** The rules of a verdict with their findings, in the order of the verdict. */
export function ruleResults({ rules, findings }: Verdict): RuleResult[] {
  return rules.map((rule) => ({
    ...rule,
    findings: byGravity(findings.filter((finding) => finding.rule === rule.rule)),
  }));
}

/**
 * The test beside the rules: whether the recording decided anything. Without it a run in which the hazard
 * never arose would be green.
 */
export const conclusiveTest = 'conclusive';

/** Why the recording decides nothing, a sentence each; empty when it does. */
export function whyInconclusive({ verdict, inconclusive }: Verdict): string[] {
  if (verdict !== 'inconclusive') return [];
  return inconclusive.length > 0
    ? inconclusive.map(({ reason }) => reason)
    : ['the recording does not decide whether the rules were kept'];
}

/** Seconds that the whole run took. */
export function secondsOf({ durationMs }: Verdict): number {
  const { total, ...phases } = durationMs;
  return (total ?? Object.values(phases).reduce((sum, ms) => sum + ms, 0)) / 1000;
}

/** A finding as lines of text: its sentence, who is to blame, and the witness. */
export function findingLines({ sentence, witness }: Finding, blame: string): string[] {
  return [
    sentence,
    blame,
    ...witness.steps.map(
      ({ ms, what, at }) => `${ms.toFixed(3)} ms  ${what}${at === undefined ? '' : `  (${at})`}`,
    ),
  ];
}
