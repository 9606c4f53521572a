import { labDriverSchema, type LabDriverName } from '@fenceline/contracts';
import { mostPriority, runJobLimit, type RunChanges } from '@fenceline/contracts/api';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Option, type Command } from 'commander';
import { append, parseWhole } from '../commands/arguments.js';
import { UsageError } from '../usage-error.js';
import { awaitRun } from './await-run.js';
import type { RunDetail } from './documents.js';
import type { Service } from './open-service.js';
import { appendSeeds, seedsOf, type SeedRange } from './seeds.js';
import { formatSubmitted } from './submitted.js';

/** What options say of a matrix; what is not given is not there. */
export interface MatrixOptions {
  driver?: LabDriverName;
  kernel?: string[];
  seed?: SeedRange[];
  repeats?: number;
  label?: string[];
  priority?: number;
}

/** What becomes of a run that was submitted. */
export interface AfterOptions {
  wait: boolean;
  follow: boolean;
  junit?: string;
  json: boolean;
}

/** Gives a command the options of a matrix, and of what comes after. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--kernel <name>', 'kernel of every VM; may be given several times', append)
    .option('--seed <n|a-b>', 'a seed, or a range of them; may be given several times', appendSeeds)
    .option('--repeats <n>', 'how often each is run', (text) => parseWhole(text, 1, runJobLimit))
    .option('--label <label>', 'to find the jobs by; may be given several times', append)
    .option('--priority <n>', 'higher goes first', parsePriority)
    .addOption(
      new Option('--driver <name>', 'what runs hosts and nodes').choices(labDriverSchema.options),
    )
    .option('--wait', 'wait until all jobs have finished, and exit as `run` does', false)
    .option('--follow', 'the same, and tell what happens', false)
    .option('--junit <file>', 'with --wait or --follow: JUnit XML, a test case a job')
    .option('--json', 'print one JSON object and nothing else on stdout', false);
}

/** A priority as an option gives it. */
export function parsePriority(text: string): number {
  return parseWhole(text, -mostPriority, mostPriority);
}

/** The matrix that options name, as the service takes it. */
export function matrixOf({ kernel, seed, repeats, label, priority, driver }: MatrixOptions) {
  return {
    ...(kernel !== undefined && { kernels: kernel }),
    ...(seed !== undefined && { seeds: seedsOf(seed) }),
    ...(label !== undefined && { labels: label }),
    ...(repeats !== undefined && { repeats }),
    ...(priority !== undefined && { priority }),
    ...(driver !== undefined && { driver }),
  } satisfies RunChanges;
}

/** @throws UsageError for options that do not go together; asked before anything is sent */
export function checkAfter({ wait, follow, junit }: AfterOptions): void {
  if (junit !== undefined && !wait && !follow) {
    throw new UsageError('--junit tells what came out: it needs --wait or --follow.');
  }
}

/** Tells of a run that was submitted, and waits for it where that is wanted. */
export async function afterSubmit(
  service: Service,
  run: RunDetail,
  { wait, follow, junit, json }: AfterOptions,
): Promise<ExitCode> {
  if (!wait && !follow) {
    process.stdout.write(json ? `${JSON.stringify(run)}\n` : formatSubmitted(run));
    return ExitCode.asExpected;
  }
  process.stderr.write(formatSubmitted(run));
  const awaited = { follow, console: false, json, ...(junit !== undefined && { junit }) };
  return await awaitRun(service, run, awaited);
}
