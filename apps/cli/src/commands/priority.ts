import { answerOf } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { checkId } from '../service/find-target.js';
import { outcomeWords } from '../service/job-words.js';
import { openService } from '../service/open-service.js';
import { parsePriority } from '../service/run-options.js';

/** `fenceline priority`: which jobs that wait go first. */
export function priorityCommand(finish: (code: ExitCode) => void): Command {
  return new Command('priority')
    .description('set the priority of a job that has not finished')
    .argument('<job>', 'id')
    .argument('<n>', '-100 to 100; higher goes first', parsePriority)
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (jobId: string, priority: number, { json }: { json: boolean }) => {
      checkId(jobId);
      const { client } = await openService();
      const params = { path: { jobId } };
      const job = await answerOf(
        client.PUT('/jobs/{jobId}/priority', { params, body: { priority } }),
      );
      const words = `job ${job.id}: ${outcomeWords(job)}, priority ${job.priority}`;
      process.stdout.write(json ? `${JSON.stringify(job)}\n` : `${words}\n`);
      finish(ExitCode.asExpected);
    });
}
