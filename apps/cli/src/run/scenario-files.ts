import { readFile } from 'node:fs/promises';
import {
  formatProblems,
  parseScenario,
  type Scenario,
  type ScenarioProblem,
} from '@fenceline/contracts';
import { UsageError } from '../usage-error.js';
import { messageOf } from '../message-of.js';

/** A scenario file that was read and found right. */
export interface ScenarioFile {
  file: string;
  text: string;
  scenario: Scenario;
  /** Allowed, and worth a word. */
  warnings: ScenarioProblem[];
}

/**
 * Reads and checks scenario files, all of them before anything is told.
 *
 * @param kernels names that a VM's kernel may have; null where any will do, as none is booted
 * @throws UsageError with every problem of every file, in their order
 */
export async function readScenarioFiles(
  files: readonly string[],
  kernels: readonly string[] | null,
): Promise<ScenarioFile[]> {
  const read = await Promise.all(files.map((file) => readScenarioFile(file, kernels)));
  const problems = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (problems.length > 0) {
    const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
    throw new UsageError(`${count}; nothing was started.\n${formatProblems(problems)}`);
  }
  return read.filter((one) => 'scenario' in one);
}

async function readScenarioFile(
  file: string,
  kernels: readonly string[] | null,
): Promise<ScenarioFile | { problems: ScenarioProblem[] }> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return { problems: [unreadable(file, error)] };
  }
  const parsed = parseScenario(text, file, kernels ?? undefined);
  return parsed.ok
    ? { file, text, scenario: parsed.scenario, warnings: parsed.warnings }
    : { problems: parsed.problems };
}

function unreadable(file: string, error: unknown): ScenarioProblem {
  return {
    file,
    line: 1,
    column: 1,
    path: '',
    message: whyUnreadable(error),
    mend: 'Name a scenario file, such as one of scenarios/.',
  };
}

function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'this is a folder';
    case 'EACCES':
      return 'the file may not be read by this user';
    default:
      return `the file cannot be read: ${messageOf(error)}`;
  }
}
