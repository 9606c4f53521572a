import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../apps/cli/src/cli.js';
import { checkUsage, optionsOf } from './reading/check-usage.js';
import { pages, root } from './reading/pages.js';
import { shellBlocks, shownCommands, type ShownCommand } from './reading/shell-commands.js';

const program = await createProgram([], () => undefined);
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const commands = pages.flatMap(shownCommands);

/** What is wrong with a command, if it is one of ours. */
function problemsOf(command: ShownCommand): string[] {
  const [name, ...rest] = command.words as [string, ...string[]];
  if (/^(\.\/)?fenceline$/.test(name)) return checkOurs(rest, command);
  if (name === 'npm') return checkNpm(rest);
  if (name === 'npx' && rest[0] === 'vitest') return rest.slice(1).flatMap(checkSpecs);
  if (name === 'node') return checkNode(rest);
  return [];
}

function at(name: string): string {
  return path.join(root, name);
}

function checkOurs(words: readonly string[], { comment, inSentence }: ShownCommand): string[] {
  const known = optionsOf(program.commands.find((one) => one.name() === words[0]) ?? program);
  const unknown = (comment.match(/--[a-z-]+/g) ?? []).filter(
    (word) => !known.some(({ long }) => long === word),
  );
  return [
    ...checkUsage(program, words, { mayLack: inSentence }),
    ...unknown.map((word) => `the comment names ${word}, which ${words[0] ?? ''} does not have`),
  ];
}

function checkNpm([verb, name]: readonly string[]): string[] {
  const script = verb === 'run' ? name : verb;
  if (script === undefined || script === 'ci' || script === 'install') return [];
  return Object.hasOwn(scripts, script) ? [] : [`there is no script ${script}`];
}

/** A program is a file of ours, or stands on the line itself. */
function checkNode([program]: readonly string[]): string[] {
  if (program === undefined || /^-(e|p)$/.test(program)) return [];
  return existsSync(at(program)) ? [] : [`no ${program}`];
}

/** A path that chooses specs is the beginning of one. */
function checkSpecs(word: string): string[] {
  if (!word.includes('/')) return [];
  const folder = at(path.dirname(word));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.some((one) => one.startsWith(path.basename(word))) ? [] : [`no spec is ${word}`];
}

describe('commands that the pages show', () => {
  it('are as the program, package.json and the folders have them', () => {
    const problems = commands.flatMap((command) =>
      problemsOf(command).map(
        (problem) => `${command.place}: ${command.words.join(' ')}: ${problem}`,
      ),
    );
    expect(problems).toEqual([]);
  });

  it('are found at all', () => {
    const first = commands.map(({ words }) => words[0]);
    for (const name of ['./fenceline', 'fenceline', 'npm', 'npx']) expect(first).toContain(name);
  });

  it('can be read by a shell', () => {
    for (const { place, lines } of pages.flatMap(shellBlocks)) {
      const read = () => execFileSync('bash', ['-n'], { input: lines.join('\n'), stdio: 'pipe' });
      expect(read, place).not.toThrow();
    }
  });
});

it.each(program.commands.map((command) => ({ name: command.name(), command })))(
  'docs/settings.md has every option of $name',
  ({ command }) => {
    const { text } = pages.find(({ file }) => file === 'docs/settings.md')!;
    const named = new Set(text.match(/--[a-z][a-z-]*/g));
    const missing = optionsOf(command).filter(({ long }) => !named.has(long!));
    expect(missing.map(({ long }) => long)).toEqual([]);
  },
);
