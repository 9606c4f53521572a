import { answerOf } from '@fenceline/client';
import type { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { readScenarioFiles } from '../run/scenario-files.js';
import { checkId } from '../service/find-target.js';
import { openService } from '../service/open-service.js';
import {
  afterSubmit,
  checkAfter,
  matrixOf,
  withRunOptions,
  type AfterOptions,
  type MatrixOptions,
} from '../service/run-options.js';
import { sendOnce } from '../service/send-once.js';
import { append } from './arguments.js';

interface CloneOptions extends MatrixOptions, AfterOptions {
  name?: string;
  scenario?: string[];
}

/** `fenceline clone`: a new run made from another, with changes; kernels are resolved anew. */
export function cloneCommand(finish: (code: ExitCode) => void): Command {
  const command = new Command('clone')
    .description('submit what a run was submitted as, with changes, on the kernels of now')
    .argument('<run>', 'id')
    .option('--scenario <file>', 'in place of its scenarios; may be given several times', append)
    .option('--name <text>', 'name of the new run; that of the other when not given')
    .action(async (runId: string, options: CloneOptions) => {
      finish(await clone(runId, options));
    });
  return withRunOptions(command);
}

async function clone(runId: string, options: CloneOptions): Promise<ExitCode> {
  checkId(runId);
  checkAfter(options);
  const service = await openService();
  const { name, scenario } = options;
  const files = scenario === undefined ? [] : await readScenarioFiles(scenario, null);
  const body = {
    ...(name !== undefined && { name }),
    ...(files.length > 0 && { scenarios: files.map(({ text }) => ({ text })) }),
    ...matrixOf(options),
  };
  const run = await sendOnce((header) => {
    const params = { path: { runId }, header };
    return answerOf(service.client.POST('/runs/{runId}/clone', { params, body }));
  });
  return await afterSubmit(service, run, options);
}
