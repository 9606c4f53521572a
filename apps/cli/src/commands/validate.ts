import { ExitCode, formatProblems } from '@fenceline/contracts';
import { Command } from 'commander';

import { kernelNames } from '../run/kernel-names.js';
import { readScenarioFiles } from '../run/scenario-files.js';

/** `fenceline validate`: says of every file what is wrong with it, all at once. */
export function validateCommand(finish: (code: ExitCode) => void): Command {
  return new Command('validate')
    .description('check scenarios: every mistake at once, with line and column')
    .argument('<file...>', 'scenario files')
    .action(async (files: string[]) => {
      for (const { file, scenario, warnings } of await readScenarioFiles(
        files,
        await kernelNames(),
      )) {
        if (warnings.length > 0) {
          process.stderr.write(`${formatProblems(warnings)}\n`);
        }
        process.stdout.write(`${file}: ${scenario.name} is valid\n`);
      }
      finish(ExitCode.asExpected);
    });
}
