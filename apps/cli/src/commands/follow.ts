import type { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { awaitTarget } from '../service/await-target.js';

interface FollowOptions {
  console: boolean;
  junit?: string;
  json: boolean;
}

/** `fenceline follow`: tells what happens in a run or job, from its beginning to its end. */
export function followCommand(finish: (code: ExitCode) => void): Command {
  return new Command('follow')
    .description('tell what happens in a run or job until it has finished; exits as wait does')
    .argument('<run|job>', 'id')
    .option('--console', 'of one job: the lines of the consoles of its VMs too', false)
    .option('--junit <file>', 'JUnit XML, a test case a job')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (id: string, options: FollowOptions) => {
      finish(await awaitTarget(id, { ...options, follow: true }));
    });
}
