import { describe, expect, it } from 'vitest';
import { parseScenario } from './parse-scenario.js';
import { tooDeepAt } from './yaml-nesting.js';

/** The parser would call itself for each level of these; of the second it ended the process. */
const deep = {
  'lists in lists': '- '.repeat(20_000),
  'fields without a name': '? '.repeat(20_000),
  'fields in fields of one line': 'a: '.repeat(20_000),
  'names in quotes': '"a": '.repeat(20_000),
  'values without a name': ': '.repeat(20_000),
  'maps in brackets': '{a: '.repeat(20_000),
  'lists in brackets': '['.repeat(40_000),
  'brackets behind as many that close nothing': `${']'.repeat(20_000)}${'['.repeat(20_000)}`,
  'names in a bracket, line by line': `[${'? \n'.repeat(20_000)}`,
  'tags in between': '- !a '.repeat(20_000),
  'line by line': Array.from({ length: 300 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
};

describe('a scenario that nests too deeply', () => {
  it.each(Object.entries(deep))('is refused: %s', (_, text) => {
    const result = parseScenario(text, 'deep.yaml');
    if (result.ok) throw new Error('it was accepted');
    expect(result.problems.map(({ message }) => message)).toEqual(['is nested too deeply']);
  });

  it('is refused where it gets too deep', () => {
    expect(tooDeepAt(`name: x\r\nlist: ${'['.repeat(101)}`)).toBe(15 + 100);
    expect(tooDeepAt('- '.repeat(101))).toBe(200);
    const result = parseScenario(`name: x\nlist: ${'['.repeat(101)}`, 'deep.yaml');
    expect(result).toMatchObject({ problems: [{ line: 2, column: 107 }] });
  });
});

describe('a text that is not deep', () => {
  it.each([
    ['what looks deep in quotes', `a: "${'['.repeat(500)}${'- '.repeat(500)}"`],
    ['what looks deep in a comment', `a: 1 # ${'[ - ? : '.repeat(500)}`],
    ['what looks deep in a block of text', `a: |\n  ${'- [ { ? '.repeat(500)}\n`],
    [
      'many fields in one bracket',
      `{${Array.from({ length: 500 }, (_, i) => `a${i}: 1`).join(', ')}}`,
    ],
    ['a long list', '- a: 1\n  b: [2]\n'.repeat(500)],
    ['a blank line of many columns in a text', `a: |\n  b\n${' '.repeat(150)}\n  c\n`],
  ])('is none: %s', (_, text) => {
    expect(tooDeepAt(text)).toBeNull();
  });
});
