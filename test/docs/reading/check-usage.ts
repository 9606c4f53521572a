import type { Command, Option } from 'commander';

/** A word that stands for another: FILE…, N, EVIDENCE. */
const placeholder = /^[A-Z]+…?$|…/;

/**
 * What is wrong with a command line, by the table of commands that the program itself has.
 *
 * @param words without the program's name
 * @param mayLack arguments may be left out
 */
export function checkUsage(
  program: Command,
  words: readonly string[],
  { mayLack }: { mayLack: boolean },
): string[] {
  const problems: string[] = [];
  let command = program;
  let given = 0;
  const left = [...words];
  while (left.length > 0) {
    const word = left.shift()!;
    if (word.startsWith('-') && word.length > 1) {
      // Without its name the first of several is meant.
      if (!hasOption(command, word)) command = command.commands[0] ?? command;
      problems.push(...checkOption(command, word, left, mayLack));
      continue;
    }
    const subcommand = given === 0 ? command.commands.find((one) => one.name() === word) : null;
    if (subcommand) command = subcommand;
    else given += 1;
  }
  const { registeredArguments: wanted } = command;
  const most = wanted.some(({ variadic }) => variadic) ? Infinity : wanted.length;
  const least = mayLack ? 0 : wanted.filter(({ required }) => required).length;
  if (given > most || given < least) {
    problems.push(`${command.name()} takes ${least} to ${most} arguments, and not ${given}`);
  }
  return problems;
}

/** Every option of a command and of those below it. */
export function optionsOf(command: Command): Option[] {
  return [...command.options, ...command.commands.flatMap(optionsOf)];
}

function hasOption({ options }: Command, word: string): boolean {
  return word === '--help' || options.some(({ long }) => long === word);
}

function checkOption(command: Command, word: string, left: string[], mayLack: boolean): string[] {
  if (word === '--help') return [];
  const option = command.options.find(({ long }) => long === word);
  if (option === undefined) return [`${command.name()} has no option ${word}`];
  if (option.isBoolean()) return [];
  const value = left.shift();
  if (value === undefined && mayLack) return [];
  return checkValue(option, value);
}

function checkValue(option: Option, value: string | undefined): string[] {
  if (value === undefined || value.startsWith('--')) return [`${option.long!} needs a value`];
  if (placeholder.test(value)) return [];
  try {
    option.parseArg?.(value, undefined);
    return [];
  } catch (error) {
    return [`${option.long!} ${value}: ${(error as Error).message}`];
  }
}
