import { answerOf } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import type { RunDetail } from '../service/documents.js';
import { findTarget } from '../service/find-target.js';
import { openService } from '../service/open-service.js';
import { sendOnce } from '../service/send-once.js';
import { formatSubmitted } from '../service/submitted.js';
import { UsageError } from '../usage-error.js';

interface RerunOptions {
  failed: boolean;
  json: boolean;
}

/** `fenceline rerun`: runs jobs again, as a new run, on the kernels that were pinned then. */
export function rerunCommand(finish: (code: ExitCode) => void): Command {
  return new Command('rerun')
    .description('run a job, or the jobs of a run, again, on the very kernels of then')
    .argument('<run|job>', 'id')
    .option('--failed', 'of a run: those alone that did not come out as expected', false)
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (id: string, options: RerunOptions) => {
      const run = await rerun(id, options.failed);
      process.stdout.write(options.json ? `${JSON.stringify(run)}\n` : formatSubmitted(run));
      finish(ExitCode.asExpected);
    });
}

async function rerun(id: string, failed: boolean): Promise<RunDetail> {
  const { client } = await openService();
  const target = await findTarget(client, id);
  if (target.kind === 'run') {
    const body = { which: failed ? ('failed' as const) : ('all' as const) };
    return await sendOnce((header) => {
      const params = { path: { runId: target.run.id }, header };
      return answerOf(client.POST('/runs/{runId}/rerun', { params, body }));
    });
  }
  if (failed) throw new UsageError('--failed is for runs, and this is a job.');
  return await sendOnce((header) => {
    const params = { path: { jobId: target.job.id }, header };
    return answerOf(client.POST('/jobs/{jobId}/rerun', { params }));
  });
}
