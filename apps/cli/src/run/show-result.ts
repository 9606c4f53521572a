import { terminalReport } from '@fenceline/report';
import { formatElapsed } from '../terminal/elapsed.js';
import { columnsOf, hasColors, styleFor, type Style, type TextStream } from '../terminal/style.js';
import { layOutTable } from '../terminal/table.js';
import type { NoVerdict } from './no-verdict.js';
import type { RunResult } from './run-scenario.js';

const outcomeWords: Record<NoVerdict['outcome'], string> = {
  error: 'ERROR: the lab or this machine broke; nothing is said about the kernels',
  timeout: 'TIME-OUT: a bound of the scenario passed',
  cancelled: 'CANCELLED',
  skipped: 'SKIPPED',
};

/** What one run came to, for people. */
export function formatResult(result: RunResult, stream: TextStream): string {
  if ('verdict' in result) {
    return terminalReport(result.verdict, {
      color: hasColors(stream),
      width: Math.min(columnsOf(stream, 100), 120),
      report: result.report,
      deviations: result.deviations,
      skipped: result.skipped,
    });
  }
  const { outcome, message, evidence } = result.noVerdict;
  return [
    styleFor(stream)('bold', outcomeWords[outcome]),
    message,
    evidence === null ? 'Nothing was recorded.' : `Recorded so far: ${evidence}`,
    '',
  ].join('\n');
}

/** The same for machines: one JSON object in one line. */
export function formatJson(result: RunResult): string {
  return `${JSON.stringify('verdict' in result ? result.verdict : result.noVerdict)}\n`;
}

/** What the JSON of a verdict leaves out, a line each: why it is not as expected, or that nothing was. */
export function formatDeviations(result: RunResult): string {
  if (!('verdict' in result)) {
    return '';
  }
  if (result.skipped) {
    return 'skipped: the scenario expects nothing of these kernels\n';
  }
  return result.deviations.map((deviation) => `not as expected: ${deviation}\n`).join('');
}

/** A line for each of several runs. */
export function formatSummary(results: readonly RunResult[], stream: TextStream): string {
  const style = styleFor(stream);
  const rows = results.map(summaryRow);
  const lines = layOutTable([['scenario', 'seed', 'verdict', '', 'took'], ...rows]);
  return lines
    .map((line, index) =>
      index === 0 ? style('bold', line) : mark(line, results[index - 1]!, style),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function summaryRow(result: RunResult): string[] {
  const { scenario, seed, durationMs } = 'verdict' in result ? result.verdict : result.noVerdict;
  const took = durationMs['total'] === undefined ? '' : formatElapsed(durationMs['total']);
  return 'verdict' in result
    ? [
        scenario,
        String(seed),
        result.verdict.verdict,
        result.skipped ? 'skipped' : result.verdict.asExpected ? 'as expected' : 'NOT as expected',
        took,
      ]
    : [scenario, String(seed), result.noVerdict.outcome, '', took];
}

function mark(line: string, result: RunResult, style: Style): string {
  return style(result.exitCode === 0 ? 'green' : 'red', line);
}
