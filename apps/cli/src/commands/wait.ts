import type { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { awaitTarget } from '../service/await-target.js';

/** `fenceline wait`: waits until a run or job has finished, and exits as `run` would have. */
export function waitCommand(finish: (code: ExitCode) => void): Command {
  return new Command('wait')
    .description('wait until a run or job has finished, and exit as `run` would have')
    .argument('<run|job>', 'id')
    .option('--junit <file>', 'JUnit XML, a test case a job')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (id: string, options: { junit?: string; json: boolean }) => {
      finish(await awaitTarget(id, { ...options, follow: false, console: false }));
    });
}
