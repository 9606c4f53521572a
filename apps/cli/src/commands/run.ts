import { ExitCode, labDriverSchema, worstExitCode, type LabDriverName } from '@fenceline/contracts';
import { makePlan, withKernel } from '@fenceline/lab';
import { Command, Option } from 'commander';
import { createProgress } from '../progress/create-progress.js';
import { checkKernel } from '../run/check-kernel.js';
import { checkMachine } from '../run/check-machine.js';
import { kernelNames } from '../run/kernel-names.js';
import { runScenario, type RunResult } from '../run/run-scenario.js';
import { readScenarioFiles } from '../run/scenario-files.js';
import { formatDeviations, formatJson, formatResult, formatSummary } from '../run/show-result.js';
import { StopSignals } from '../run/stop-signals.js';
import { parseSeed } from './arguments.js';

interface RunOptions {
  driver: LabDriverName;
  seed: number;
  kernel?: string;
  out: string;
  keep: boolean;
  json: boolean;
}

/** `fenceline run`: runs scenarios one after the other; its exit code is the worst of theirs. */
export function runCommand(finish: (code: ExitCode) => void): Command {
  return new Command('run')
    .description('run scenarios on real kernels, or simulated, and judge what they recorded')
    .argument('<file...>', 'scenario files')
    .addOption(
      new Option(
        '--driver <name>',
        'what runs hosts and nodes: QEMU, or a simulation on virtual time, in this process',
      )
        .choices(labDriverSchema.options)
        .default('qemu'),
    )
    .option('--seed <n>', 'decides every random choice: the same seed, the same plan', parseSeed, 1)
    .option('--kernel <name>', 'kernel of every VM, in place of those that the scenario names')
    .option('--out <dir>', 'folder in which each run gets a folder for its evidence', 'evidence')
    .option('--keep', 'keep the working folder of the lab until the next run, for a look', false)
    .option('--json', 'print one JSON object a scenario and nothing else on stdout', false)
    .action(async (files: string[], options: RunOptions) => {
      finish(worstExitCode(await runAll(files, options)));
    });
}

/** Gives back an exit code for each scenario that ran, and one for the wish to stop before all had. */
async function runAll(files: readonly string[], options: RunOptions): Promise<ExitCode[]> {
  const kernels = options.driver === 'qemu' ? await kernelNames() : null;
  const scenarios = (await readScenarioFiles(files, kernels)).map((one) => ({
    ...one,
    scenario:
      options.kernel === undefined ? one.scenario : withKernel(one.scenario, options.kernel),
  }));
  if (options.driver === 'qemu') {
    if (options.kernel !== undefined) await checkKernel(options.kernel);
    await checkMachine(
      scenarios.map((one) => one.scenario),
      options.out,
    );
  }
  const progress = createProgress(process.stderr);
  const signals = new StopSignals();
  const results: RunResult[] = [];
  try {
    for (const { scenario, text } of scenarios) {
      const plan = makePlan(scenario, options.seed);
      const { out, keep, driver } = options;
      const run = { plan, text, out, keep, driver };
      const result = await runScenario(run, progress, signals);
      results.push(result);
      if (options.json) {
        process.stdout.write(formatJson(result));
        process.stderr.write(formatDeviations(result));
      } else {
        process.stdout.write(`\n${formatResult(result, process.stdout)}\n`);
      }
      if (signals.asked) {
        break;
      }
    }
  } finally {
    signals.close();
  }
  if (results.length > 1) {
    const stream = options.json ? process.stderr : process.stdout;
    stream.write(formatSummary(results, stream));
  }
  const codes = results.map((result) => result.exitCode);
  const left = scenarios.length - results.length;
  if (left > 0) {
    const scenariosLeft = left === 1 ? 'one scenario was' : `${left} scenarios were`;
    process.stderr.write(`Stopped on request: ${scenariosLeft} not run.\n`);
    codes.push(ExitCode.error);
  }
  return codes;
}
