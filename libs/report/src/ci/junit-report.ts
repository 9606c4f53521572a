import type { Verdict } from '@fenceline/contracts';
import type { ReportInput } from '../input.js';
import { blameWords, counted } from '../words.js';
import { junitDocument, type JunitCase, type JunitResult } from './junit-document.js';
import {
  conclusiveTest,
  findingLines,
  ruleResults,
  secondsOf,
  whyInconclusive,
  type RuleResult,
} from './rule-results.js';

/**
 * The verdict as JUnit XML, as CI systems read it: a test case a rule. A violation is a failure with the
 * finding's sentence, a rule that could not be decided is an error, one that was not judged is skipped. What
 * was expected of the kernels does not change that; it stands in the properties.
 */
export function junitReport({
  verdict,
  manifest,
}: Pick<ReportInput, 'verdict' | 'manifest'>): string {
  const reasons = whyInconclusive(verdict);
  const conclusive = reasons.length > 0 ? problem('error', 'inconclusive', reasons) : undefined;
  return junitDocument({
    name: `${verdict.scenario}, seed ${verdict.seed}`,
    // The times of a manifest may have another zone than UTC.
    startedAt: new Date(manifest.startedAt),
    seconds: secondsOf(verdict),
    properties: propertiesOf(verdict),
    cases: [
      testCase(verdict, conclusiveTest, conclusive),
      ...ruleResults(verdict).map((one) => testCase(verdict, one.rule, outcomeOf(one))),
    ],
  });
}

function testCase({ scenario }: Verdict, name: string, result: JunitResult | undefined): JunitCase {
  const one = { name, classname: `fenceline.${scenario}`, seconds: 0 };
  return result === undefined ? one : { ...one, result };
}

function propertiesOf(verdict: Verdict): Record<string, string> {
  const kernels = Object.entries(verdict.kernels).map(
    ([vm, { name, version }]) => [`kernel.${vm}`, `${name} (${version})`] as const,
  );
  return {
    verdict: verdict.verdict,
    asExpected: String(verdict.asExpected),
    profile: verdict.profile,
    evidence: verdict.evidence,
    ...(verdict.recording ? { recording: verdict.recording.sha256 } : {}),
    ...Object.fromEntries(kernels),
  };
}

function outcomeOf({ status, reason, findings }: RuleResult): JunitResult | undefined {
  switch (status) {
    case 'held':
      return undefined;
    case 'not-judged':
      return { kind: 'skipped', message: reason };
    case 'inconclusive':
      return problem('error', 'inconclusive', [reason]);
    case 'violated': {
      const [first = '', ...more] = findings.map(({ sentence }) => sentence);
      const rest = more.length > 0 ? ` (and ${counted(more.length, 'further finding')})` : '';
      const texts = findings.map((one) => findingLines(one, blameWords(one)).join('\n'));
      return problem('failure', 'violation', texts, (first || reason) + rest);
    }
  }
}

function problem(
  kind: 'failure' | 'error',
  type: string,
  texts: readonly string[],
  message = texts[0] ?? '',
): JunitResult {
  return { kind, type, message, text: texts.join('\n\n') };
}
