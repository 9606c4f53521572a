import { answerOf, type Client } from '@fenceline/client';
import type { RunDetail } from './documents.js';
import { jobName, outcomeWords } from './job-words.js';
import { matrixWords, outcomeCounts, runStateWords } from './run-words.js';
import { factsOf, moment, tableOf } from './text.js';

/** The most jobs that are listed. */
const mostJobs = 50;

/** A run for people: what it is, how far it is, and its jobs. */
export async function formatRun(client: Client, run: RunDetail): Promise<string> {
  const query = { runId: run.id, limit: mostJobs };
  const { items, next } = await answerOf(client.GET('/jobs', { params: { query } }));
  const { progress } = run;
  const facts = factsOf({
    run: run.id,
    name: run.name,
    of: matrixWords(run),
    driver: run.spec.driver,
    owner: run.owner,
    submitted: moment(run.createdAt),
    cancelled: run.cancelledAt === null ? null : moment(run.cancelledAt),
    'made from': run.fromRunId,
    labels: run.labels.length === 0 ? null : run.labels.join(' '),
    state: runStateWords(run),
    outcomes: outcomeCounts(run) || null,
    'exit code': progress.exitCode === null ? null : String(progress.exitCode),
  });
  const rows = items.map((job) => [
    job.id,
    jobName(job),
    outcomeWords(job),
    job.outcome?.summary ?? '',
  ]);
  const more = next === null ? '' : `… more: fenceline list jobs --run ${run.id}\n`;
  return `${facts}\n${tableOf(['job', 'of', 'outcome', ''], rows)}${more}`;
}
