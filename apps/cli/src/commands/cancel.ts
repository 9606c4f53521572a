import { answerOf, type Client } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { Command } from 'commander';
import { checkId, findTarget, orNull } from '../service/find-target.js';
import { openService } from '../service/open-service.js';
import { outcomeWords } from '../service/job-words.js';
import { runStateWords } from '../service/run-words.js';
import { rejudgementWords } from '../service/show-rejudgement.js';

/** `fenceline cancel`: cancels what is not finished of a run, or a job. */
export function cancelCommand(finish: (code: ExitCode) => void): Command {
  return new Command('cancel')
    .description('cancel a job, or all jobs of a run, that have not finished')
    .argument('<run|job>', 'id')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (id: string, options: { json: boolean }) => {
      const { document, words } = await cancel(id);
      process.stdout.write(options.json ? `${JSON.stringify(document)}\n` : `${words}\n`);
      finish(ExitCode.asExpected);
    });
}

async function cancel(id: string): Promise<{ document: unknown; words: string }> {
  const { client } = await openService();
  const rejudgement = await cancelRejudgement(client, id);
  if (rejudgement !== null) return rejudgement;
  const target = await findTarget(client, id);
  if (target.kind === 'run') {
    const params = { path: { runId: target.run.id } };
    const run = await answerOf(client.POST('/runs/{runId}/cancel', { params }));
    return { document: run, words: `run ${run.id}: ${runStateWords(run)}` };
  }
  const params = { path: { jobId: target.job.id } };
  const job = await answerOf(client.POST('/jobs/{jobId}/cancel', { params }));
  return { document: job, words: `job ${job.id}: ${outcomeWords(job)}` };
}

/** Null where the id is not of a rejudgement. */
async function cancelRejudgement(
  client: Client,
  id: string,
): Promise<{ document: unknown; words: string } | null> {
  checkId(id);
  const params = { path: { rejudgementId: id } };
  const path = '/rejudgements/{rejudgementId}' as const;
  if ((await orNull(answerOf(client.GET(path, { params })))) === null) return null;
  const rejudgement = await answerOf(client.POST(`${path}/cancel`, { params }));
  return { document: rejudgement, words: `rejudgement ${id}: ${rejudgementWords(rejudgement)}` };
}
