import { answerOf } from '@fenceline/client';
import type { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { readScenarioFiles } from '../run/scenario-files.js';
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

type SubmitOptions = MatrixOptions & AfterOptions;

/** `fenceline submit`: gives scenarios to a service, whose workers run them. */
export function submitCommand(finish: (code: ExitCode) => void): Command {
  const command = new Command('submit')
    .description('submit scenarios × kernels × seeds × repeats to a service, a job each')
    .argument('<file...>', 'scenario files')
    .action(async (files: string[], options: SubmitOptions) => {
      finish(await submit(files, options));
    });
  return withRunOptions(command);
}

async function submit(files: readonly string[], options: SubmitOptions): Promise<ExitCode> {
  checkAfter(options);
  const service = await openService();
  // Which kernels there are the service knows.
  const scenarios = await readScenarioFiles(files, null);
  const body = { scenarios: scenarios.map(({ text }) => ({ text })), ...matrixOf(options) };
  const run = await sendOnce((header) =>
    answerOf(service.client.POST('/runs', { params: { header }, body })),
  );
  return await afterSubmit(service, run, options);
}
