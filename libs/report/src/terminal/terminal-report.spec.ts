import { describe, expect, it } from 'vitest';
import { stuckWrite } from '../stuck-write.testing.js';
import { terminalReport } from './terminal-report.js';
import { table, wrapped } from './text.js';

const { verdict } = stuckWrite();
const plain = (width: number, extra = {}) =>
  terminalReport(verdict, { color: false, width, ...extra });

describe('terminalReport', () => {
  it('says the verdict in its first line, as plain text without colour', () => {
    const [first] = plain(100).split('\n');
    expect(first).toBe('VIOLATION  stuck-write, seed 7  as expected  profile cqt-zero-10s');
  });

  it('has escape sequences and a symbol only when asked', () => {
    expect(plain(100)).not.toMatch(/\p{Cc}(?<!\n)|[✖✔]/u);
    const coloured = terminalReport(verdict, { color: true, width: 100 });
    expect(coloured).toContain('✖ VIOLATION');
    expect(coloured).toContain('\u001b[31m');
  });

  it('shows the first finding of each rule with an aligned witness, and counts the others', () => {
    const lines = plain(120).split('\n');
    const title = lines.findIndex((line) => /^ +ms {2}what +where$/.test(line));
    const at = lines[title]?.indexOf('where') ?? 0;
    const rows = lines.slice(title + 1, title + 10);
    expect(rows.map((row) => row.slice(at))).toEqual(
      verdict.findings[0]?.witness.steps.map((step) => step.at ?? ''),
    );
    expect(rows[0]).toMatch(/^ {4}12,545\.\d{3} {2}host1 sent the write of LBA 7 over A/);
    expect(lines.filter((line) => line.includes('7 further findings of'))).toHaveLength(2);
  });

  it('keeps the table of a finding inside a narrow terminal, but never breaks a path', () => {
    const report = `/srv/${'long/'.repeat(20)}report.html`;
    const lines = plain(72, { report }).split('\n');
    expect(lines.filter((line) => /^ {4,8}\d/.test(line) && line.length > 72)).toEqual([]);
    expect(lines.some((line) => line.endsWith(report))).toBe(true);
  });

  it('lists what the verdict stands on', () => {
    const text = plain(100);
    expect(text).toMatch(/no-stale-overwrite +violated +8 findings/);
    expect(text).toMatch(/kernel-clean +held +no console shows/);
    expect(text).toContain('not judged: reads-consistent, final-image');
    expect(text).toMatch(/cqt-zero-10s \* +violation +host1 over A, time +−13,472\.0 ms +–/);
    expect(text).toMatch(/cqt-zero-immediate +violation .* \+7\.0 ms/);
    expect(text).toContain('8 outstanding · 8 complete, unapplied · 8 retried early');
    expect(text).toContain('the application waited at most 14.4 s');
    expect(text).toMatch(/^Evidence +evidence\/stuck-write-7$/m);
  });

  it('says why a verdict is not as expected, and why a run is inconclusive', () => {
    const text = terminalReport(
      {
        ...verdict,
        verdict: 'inconclusive',
        asExpected: false,
        findings: [],
        inconclusive: [{ reason: 'the exercise was not met: held wanted 4, seen 0' }],
      },
      { color: false, width: 100, deviations: ['violation was expected'] },
    );
    expect(text).toMatch(/^INCONCLUSIVE .* not as expected/);
    expect(text).toContain('\n  violation was expected\n');
    expect(text).toContain('\n  the exercise was not met: held wanted 4, seen 0\n');
  });

  it('lets no text of a recording control the terminal', () => {
    const evil = structuredClone(verdict);
    evil.scenario = 'x\u001b[2J';
    evil.findings[0]!.sentence = 'a\u001b]0;owned\u0007b\nc';
    evil.findings[0]!.witness.steps[0]!.what = '\rsent';
    const text = terminalReport(evil, { color: false, width: 100 });
    expect(text).not.toMatch(/\p{Cc}(?<!\n)/u);
  });
});

describe('text', () => {
  it('wraps between words, and inside a word that is too long', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
    expect(wrapped('', 10)).toEqual(['']);
  });

  it('aligns numbers to the right and gives the flexible column what is left', () => {
    const columns = [
      { title: 'n', align: 'right' },
      { title: 'text', align: 'wrap' },
    ] as const;
    const rows = [
      ['1', 'a much longer text than fits'],
      ['100', 'b'],
    ];
    expect(table(columns, rows, 24)).toEqual([
      '  n  text',
      '  1  a much longer text',
      '     than fits',
      '100  b',
    ]);
  });
});
