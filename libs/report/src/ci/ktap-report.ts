import type { Verdict } from '@fenceline/contracts';
import { blameWords } from '../words.js';
import {
  conclusiveTest,
  findingLines,
  ruleResults,
  whyInconclusive,
  type RuleResult,
} from './rule-results.js';

/**
 * The verdict as KTAP version 1 (Documentation/dev-tools/ktap.rst of Linux): the scenario is a test with a
 * subtest a rule. A rule that was not judged is skipped, one that could not be decided is an error.
 */
export function ktapReport(verdict: Verdict): string {
  const reasons = whyInconclusive(verdict);
  const results = ruleResults(verdict);
  const subtests = [
    ...resultLines(1, conclusiveTest, reasons.length === 0, directive('ERROR', reasons[0])),
    ...results.flatMap((result, i) => [
      ...result.findings.flatMap((finding) =>
        findingLines(finding, blameWords(finding)).map((line) => `# ${oneLine(line)}`),
      ),
      ...resultLines(i + 2, result.rule, isOk(result), directiveOf(result)),
    ]),
  ];
  const failed = reasons.length > 0 || !results.every(isOk);
  const scenario = `${verdict.scenario}_seed${verdict.seed}`;
  const lines = [
    'KTAP version 1',
    '1..1',
    '  KTAP version 1',
    `  1..${results.length + 1}`,
    ...subtests.map((line) => `  ${line}`),
    `# verdict ${verdict.verdict}, ${verdict.asExpected ? '' : 'not '}as expected, profile ${verdict.profile}`,
    ...resultLines(1, scenario, !failed),
  ];
  return `${lines.join('\n')}\n`;
}

/** A skipped test does not make its parent fail. */
function isOk({ status }: RuleResult): boolean {
  return status === 'held' || status === 'not-judged';
}

function directiveOf({ status, reason }: RuleResult): string {
  if (status === 'not-judged') return directive('SKIP', reason);
  return status === 'inconclusive' ? directive('ERROR', reason) : '';
}

function directive(word: 'SKIP' | 'ERROR', reason: string | undefined): string {
  return reason === undefined ? '' : ` # ${word} ${oneLine(reason)}`;
}

function resultLines(number: number, name: string, ok: boolean, suffix = ''): string[] {
  // A description may be anything but "#", which begins the directive.
  return [`${ok ? 'ok' : 'not ok'} ${number} ${oneLine(name).replaceAll('#', '_')}${suffix}`];
}

/** One line without what a terminal or a parser would act on. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
