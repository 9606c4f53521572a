import type { Verdict } from '@fenceline/contracts';
import type { ReportInput } from '../input.js';
import { blameWords, counted } from '../words.js';
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
  const results = ruleResults(verdict);
  const reasons = whyInconclusive(verdict);
  const count = (status: RuleResult['status']) =>
    results.filter((result) => result.status === status).length;
  const counts = {
    tests: results.length + 1,
    failures: count('violated'),
    errors: count('inconclusive') + (reasons.length > 0 ? 1 : 0),
    skipped: count('not-judged'),
    time: secondsOf(verdict).toFixed(3),
  };
  const classname = `fenceline.${verdict.scenario}`;
  const suite = `${verdict.scenario}, seed ${verdict.seed}`;
  // Without a zone, as the schema of the suites wants it; the times of a manifest may have another than UTC.
  const timestamp = new Date(manifest.startedAt).toISOString().slice(0, 19);
  const conclusive = reasons.length > 0 ? [problem('error', 'inconclusive', reasons)] : [];
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'fenceline', ...counts }),
    open('testsuite', { name: suite, ...counts, timestamp }),
    '<properties>',
    ...Object.entries(propertiesOf(verdict)).map(
      ([name, value]) => `<property${attributes({ name, value })}/>`,
    ),
    '</properties>',
    ...testCase(conclusiveTest, classname, conclusive),
    ...results.flatMap((result) => testCase(result.rule, classname, outcomeOf(result))),
    '</testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
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

function outcomeOf({ status, reason, findings }: RuleResult): string[] {
  switch (status) {
    case 'held':
      return [];
    case 'not-judged':
      return [`<skipped${attributes({ message: reason })}/>`];
    case 'inconclusive':
      return [problem('error', 'inconclusive', [reason])];
    case 'violated': {
      const [first = '', ...more] = findings.map(({ sentence }) => sentence);
      const rest = more.length > 0 ? ` (and ${counted(more.length, 'further finding')})` : '';
      const texts = findings.map((one) => findingLines(one, blameWords(one)).join('\n'));
      return [problem('failure', 'violation', texts, (first || reason) + rest)];
    }
  }
}

function problem(
  element: 'failure' | 'error',
  type: string,
  texts: readonly string[],
  message = texts[0] ?? '',
): string {
  return `<${element}${attributes({ message, type })}>${escapeXml(texts.join('\n\n'))}</${element}>`;
}

function testCase(name: string, classname: string, outcome: readonly string[]): string[] {
  const start = open('testcase', { name, classname, time: '0.000' });
  return outcome.length === 0 ? [start.replace(/>$/, '/>')] : [start, ...outcome, '</testcase>'];
}

function open(element: string, of: Record<string, string | number>): string {
  return `<${element}${attributes(of)}>`;
}

function attributes(of: Record<string, string | number>): string {
  return Object.entries(of)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replace(/\n/g, '&#10;')}"`)
    .join('');
}

/** XML 1.0 has no way at all to say most control characters: they become U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/(?![\t\n\r\u007f-\u009f])\p{Cc}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"\r]/g, (character) => entities[character] ?? character);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};
