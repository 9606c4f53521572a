import { answerOf } from '@fenceline/client';
import { labDriverSchema, type LabDriverName } from '@fenceline/contracts';
import { runJobLimit } from '@fenceline/contracts/api';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command, Option } from 'commander';
import { readScenarioFiles } from '../run/scenario-files.js';
import { awaitRun } from '../service/await-run.js';
import type { NewRun } from '../service/documents.js';
import { openService } from '../service/open-service.js';
import { appendSeeds, seedsOf, type SeedRange } from '../service/seeds.js';
import { sendOnce } from '../service/send-once.js';
import { formatSubmitted } from '../service/submitted.js';
import { UsageError } from '../usage-error.js';
import { append, parsePriority, parseWhole } from './arguments.js';

interface SubmitOptions {
  driver: LabDriverName;
  kernel?: string[];
  seed?: SeedRange[];
  repeats: number;
  label?: string[];
  priority: number;
  wait: boolean;
  follow: boolean;
  junit?: string;
  json: boolean;
}

/** `fenceline submit`: gives scenarios to a service, whose workers run them. */
export function submitCommand(finish: (code: ExitCode) => void): Command {
  return new Command('submit')
    .description('submit scenarios × kernels × seeds × repeats to a service, a job each')
    .argument('<file...>', 'scenario files')
    .option('--kernel <name>', 'kernel of every VM; may be given several times', append)
    .option('--seed <n|a-b>', 'a seed, or a range of them; may be given several times', appendSeeds)
    .option('--repeats <n>', 'how often each is run', (text) => parseWhole(text, 1, runJobLimit), 1)
    .option('--label <label>', 'to find the jobs by; may be given several times', append)
    .option('--priority <n>', 'higher goes first', parsePriority, 0)
    .addOption(
      new Option('--driver <name>', 'what runs hosts and nodes')
        .choices(labDriverSchema.options)
        .default('qemu'),
    )
    .option('--wait', 'wait until all jobs have finished, and exit as `run` does', false)
    .option('--follow', 'the same, and tell what happens', false)
    .option('--junit <file>', 'with --wait or --follow: JUnit XML, a test case a job')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (files: string[], options: SubmitOptions) => {
      finish(await submit(files, options));
    });
}

async function submit(files: readonly string[], options: SubmitOptions): Promise<ExitCode> {
  const { wait, follow, junit, json } = options;
  if (junit !== undefined && !wait && !follow) {
    throw new UsageError('--junit tells what came out: it needs --wait or --follow.');
  }
  const service = await openService();
  const body = await runOf(files, options);
  const run = await sendOnce((header) =>
    answerOf(service.client.POST('/runs', { params: { header }, body })),
  );
  if (!wait && !follow) {
    process.stdout.write(json ? `${JSON.stringify(run)}\n` : formatSubmitted(run));
    return ExitCode.asExpected;
  }
  process.stderr.write(formatSubmitted(run));
  const awaited = { follow, console: false, json, ...(junit !== undefined && { junit }) };
  return await awaitRun(service, run, awaited);
}

async function runOf(files: readonly string[], options: SubmitOptions): Promise<NewRun> {
  const { kernel, seed, repeats, label, priority, driver } = options;
  // Which kernels there are the service knows.
  const scenarios = await readScenarioFiles(files, null);
  return {
    scenarios: scenarios.map(({ text }) => ({ text })),
    ...(kernel !== undefined && { kernels: kernel }),
    ...(seed !== undefined && { seeds: seedsOf(seed) }),
    ...(label !== undefined && { labels: label }),
    repeats,
    priority,
    driver,
  };
}
