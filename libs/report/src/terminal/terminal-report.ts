import type {
  Finding,
  ProfileVerdict,
  RuleStatus,
  Verdict,
  VerdictValue,
} from '@fenceline/contracts';
import {
  atMs,
  blameWords,
  byGravity,
  byRule,
  counted,
  duration,
  exercisedWords,
  expectationWord,
  fenceEndWord,
  grouped,
  marginMs,
  verdictSymbol,
  verdictWord,
} from '../words.js';
import { harmless } from './harmless.js';
import { paint, type Paint } from './paint.js';
import { table, wrapped } from './text.js';

export interface TerminalReportOptions {
  /** ANSI colours and symbols; without it the text is plain and made for logs. */
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Where the HTML report lies, if it was written. */
  report?: string;
  /** Why the verdict is not the expected one. */
  deviations?: readonly string[];
  /** No expectation of the scenario is for these kernels: the verdict is told, and nothing was expected. */
  skipped?: boolean;
}

/** The verdict as it is shown at the end of a run: the proof first, then what it rests on. */
export function terminalReport(verdict: Verdict, options: TerminalReportOptions): string {
  const p = paint(options.color);
  const width = Math.max(40, options.width);
  const lines = [
    headline(verdict, options, p),
    ...(options.deviations ?? []).flatMap((text) => indented(text, 2, width)),
    ...verdict.inconclusive.flatMap(({ reason }) => ['', ...indented(reason, 2, width)]),
    ...byRule(byGravity(verdict.findings)).flatMap((group) => findingLines(group, width, p)),
    '',
    ...ruleLines(verdict, options.color, width, p),
    '',
    ...profileLines(verdict, width, p),
    '',
    ...exercisedLines(verdict, width, p),
    '',
    ...labelled('Kernels', kernelWords(verdict), width, p),
    ...labelled('Took', timesWords(verdict), width, p),
    // Paths stay whole, however long, so that they can be copied.
    ...label('Evidence', [harmless(verdict.evidence)], p),
    ...(options.report === undefined ? [] : label('Report', [harmless(options.report)], p)),
  ];
  return lines.join('\n') + '\n';
}

function headline(verdict: Verdict, options: TerminalReportOptions, p: Paint): string {
  const { color, skipped = false } = options;
  const word = verdictWord[verdict.verdict];
  const shown = color ? `${verdictSymbol[verdict.verdict]} ${word}` : word;
  const name = `${harmless(verdict.scenario)}, seed ${verdict.seed}`;
  return [
    p.bold(tone(verdict.verdict, p)(shown)),
    p.bold(name),
    expectation(verdict.asExpected, skipped, p),
    p.dim(`profile ${verdict.profile}`),
  ].join('  ');
}

function expectation(asExpected: boolean, skipped: boolean, p: Paint): string {
  if (skipped) return p.bold('skipped: the scenario expects nothing of these kernels');
  const word = expectationWord(asExpected);
  return asExpected ? p.dim(word) : p.bold(p.bad(word));
}

/** The first finding of a rule in full, the rest as a count with its places. */
function findingLines(group: readonly Finding[], width: number, p: Paint): string[] {
  const [finding, ...more] = group;
  if (!finding) return [];
  const steps = finding.witness.steps.map((step) => [
    atMs(step.ms),
    harmless(step.what),
    harmless(step.at ?? ''),
  ]);
  const columns = [
    { title: 'ms', align: 'right' },
    { title: 'what', align: 'wrap' },
    { title: 'where', align: 'left' },
  ] as const;
  const [titles = '', ...rows] = table(columns, steps, width - 4);
  const lines = [
    '',
    `${p.bold(p.bad(finding.rule))}  ${p.dim(harmless(blameWords(finding)))}`,
    ...indented(finding.sentence, 2, width),
    '',
    `    ${p.dim(titles)}`,
    ...rows.map((row) => `    ${row}`),
  ];
  if (more.length > 0) {
    lines.push('', ...indented(moreWords(finding.rule, more), 2, width).map(p.dim));
  }
  return lines;
}

function moreWords(rule: string, more: readonly Finding[]): string {
  const blocks = [...new Set(more.flatMap(({ witness }) => witness.lba ?? []))];
  const shown = blocks.slice(0, 12).join(', ');
  const rest = blocks.length > 12 ? ` and ${grouped(blocks.length - 12)} others` : '';
  const where = blocks.length > 0 ? `, at LBA ${shown}${rest}` : '';
  return `and ${counted(more.length, 'further finding')} of ${rule}${where}`;
}

const statusSymbol: Record<RuleStatus['status'], string> = {
  held: '✔',
  violated: '✖',
  inconclusive: '?',
  'not-judged': '·',
};

function ruleLines(verdict: Verdict, symbols: boolean, width: number, p: Paint): string[] {
  const { rules, findings } = verdict;
  const mark = (status: RuleStatus['status']) => (symbols ? `${statusSymbol[status]} ` : '');
  const judged = rules.filter((rule) => rule.status !== 'not-judged');
  const rest = rules.filter((rule) => rule.status === 'not-judged').map((rule) => rule.rule);
  const nameWidth = Math.max(0, ...judged.map((rule) => rule.rule.length));
  const lines = judged.flatMap((rule) => {
    const colour = { held: p.good, violated: p.bad, inconclusive: p.doubt, 'not-judged': p.dim };
    const found = findings.filter((finding) => finding.rule === rule.rule).length;
    const start = `${mark(rule.status)}${rule.rule.padEnd(nameWidth)}  ${rule.status.padEnd(12)}  `;
    const reason = rule.status === 'violated' ? counted(found, 'finding') : harmless(rule.reason);
    const [first = '', ...more] = wrapped(reason, Math.max(20, width - labelWidth - start.length));
    return [
      colour[rule.status](start) + p.dim(first),
      ...more.map((line) => ' '.repeat(start.length) + p.dim(line)),
    ];
  });
  if (rest.length > 0) {
    const text = `${mark('not-judged')}not judged: ${rest.join(', ')}`;
    lines.push(...wrapped(text, width - labelWidth).map(p.dim));
  }
  return label('Rules', lines, p);
}

function profileLines(verdict: Verdict, width: number, p: Paint): string[] {
  const rows = verdict.profiles.flatMap((profile) => profileRows(profile, verdict.profile));
  const columns = [
    { title: 'profile', align: 'left' },
    { title: 'verdict', align: 'left' },
    { title: 'path, fence ends by', align: 'wrap' },
    { title: 'retry − fence', align: 'right' },
    { title: 'fence − apply', align: 'right' },
  ] as const;
  const [titles = '', ...lines] = table(columns, rows, width - labelWidth);
  return label('Profiles', [p.dim(titles), ...lines], p);
}

/** A row a margin; a profile without margins (nothing was given up) still has its verdict. */
function profileRows(profile: ProfileVerdict, deciding: string): string[][] {
  const name = profile.name === deciding ? `${profile.name} *` : profile.name;
  if (profile.margins.length === 0)
    return [[name, profile.verdict, 'nothing was given up', '–', '–']];
  return profile.margins.map((margin, i) => [
    i === 0 ? name : '',
    i === 0 ? profile.verdict : '',
    harmless(`${margin.host} over ${margin.path}, ${fenceEndWord[margin.fenceEndBy]}`),
    marginMs(margin.firstRetryMinusFenceEndMs),
    marginMs(margin.targetFenceEndMinusLastApplyMs),
  ]);
}

function exercisedLines(verdict: Verdict, width: number, p: Paint): string[] {
  const counts = exercisedWords.map(
    ({ key, name }) => `${grouped(verdict.exercised[key])} ${name}`,
  );
  const stall =
    verdict.longestStallMs === null
      ? 'the application did no I/O'
      : `the application waited at most ${duration(verdict.longestStallMs)}`;
  return labelled('Exercised', [`${counts.join(' · ')}; ${stall}`], width, p);
}

function kernelWords(verdict: Verdict): string[] {
  return Object.entries(verdict.kernels).map(([vm, kernel]) => {
    const can = kernel.capabilities.length > 0 ? `, can ${kernel.capabilities.join(', ')}` : '';
    return `${vm}: ${kernel.name} (${kernel.version})${can}`;
  });
}

function timesWords(verdict: Verdict): string[] {
  const { total: whole, ...parts } = verdict.durationMs;
  const phases = Object.entries(parts);
  if (phases.length === 0) return ['–'];
  const total = whole ?? phases.reduce((sum, [, ms]) => sum + ms, 0);
  return [
    `${duration(total)}: ${phases.map(([phase, ms]) => `${phase} ${duration(ms)}`).join(', ')}`,
  ];
}

const labelWidth = 11;

function label(name: string, lines: readonly string[], p: Paint): string[] {
  return lines.map((line, i) => p.bold((i === 0 ? name : '').padEnd(labelWidth)) + line);
}

function labelled(name: string, texts: readonly string[], width: number, p: Paint): string[] {
  const lines = texts.flatMap((text) => wrapped(harmless(text), width - labelWidth));
  return label(name, lines, p);
}

function indented(text: string, by: number, width: number): string[] {
  return wrapped(harmless(text), width - by).map((line) => ' '.repeat(by) + line);
}

function tone(verdict: VerdictValue, p: Paint): (text: string) => string {
  return { pass: p.good, violation: p.bad, inconclusive: p.doubt }[verdict];
}
