import { answerOf, type Client } from '@fenceline/client';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { harmless } from '@fenceline/report/harmless';
import { writeOutput } from '../evidence/write-output.js';
import { createProgress } from '../progress/create-progress.js';
import { StopSignals } from '../run/stop-signals.js';
import { collect } from './collect.js';
import type { Job, RunDetail } from './documents.js';
import { JobProgress, runProgress, waitingProgress } from './follow-progress.js';
import { jobName, outcomeWords } from './job-words.js';
import type { Service } from './open-service.js';
import { outcomeCounts, runStateWords } from './run-words.js';
import { tableOf } from './text.js';
import { watchRun, type RunWatcher } from './watch-run.js';

export interface AwaitOptions {
  /** One job of the run, in place of all. */
  jobId?: string;
  /** Tell what happens, and not only how far it is. */
  follow: boolean;
  /** With lines of the consoles, where one job is followed. */
  console: boolean;
  /** File for JUnit XML of the jobs. */
  junit?: string;
  json: boolean;
}

/** The most jobs of a run that there can be. */
const everyJob = 10_000;

/**
 * Waits until a run, or one job of it, has finished, and prints what came out. Ctrl-C ends nothing but the waiting: the
 * first time it says how to cancel the run, the second time it ends.
 *
 * @returns the exit code of what was awaited
 */
export async function awaitRun(
  service: Service,
  run: RunDetail,
  options: AwaitOptions,
): Promise<ExitCode> {
  if (!(await isFinished(service, run, options))) return ExitCode.error;
  const { client } = service;
  const runId = run.id;
  const [ended, jobs] = await Promise.all([
    answerOf(client.GET('/runs/{runId}', { params: { path: { runId } } })),
    jobsOf(client, runId),
  ]);
  const awaited =
    options.jobId === undefined ? jobs : jobs.filter(({ id }) => id === options.jobId);
  const code = exitCodeOf(ended, awaited, options.jobId !== undefined);
  if (options.junit !== undefined) {
    const { jobsJunit } = await import('./jobs-junit.js');
    await writeOutput(options.junit, jobsJunit(ended, awaited));
  }
  process.stdout.write(options.json ? asJson(ended, awaited, code) : formatEnd(ended, awaited));
  return code;
}

/** The jobs of a run, in the order in which they were submitted. */
export async function jobsOf(client: Client, runId: string): Promise<Job[]> {
  const { items } = await collect(everyJob, (page) =>
    answerOf(client.GET('/jobs', { params: { query: { runId, ...page } } })),
  );
  return items.reverse();
}

async function isFinished(
  service: Service,
  run: RunDetail,
  { jobId, follow, console }: AwaitOptions,
): Promise<boolean> {
  const progress = createProgress(process.stderr);
  const stop = new AbortController();
  const signals = new StopSignals();
  signals.onStop((how, signal) => {
    // Only at a keyboard can somebody have meant to end the run.
    if (how === 'now' || signal !== 'SIGINT') {
      stop.abort();
      return;
    }
    progress.note(
      `The run goes on. To cancel it: fenceline cancel ${run.id}. Ctrl-C again ends the waiting.`,
    );
  });
  try {
    const jobs = follow ? await jobsOf(service.client, run.id) : [];
    // A run of one job is followed as that job.
    const only = jobId ?? (jobs.length === 1 ? jobs[0]?.id : undefined);
    const job = jobs.find(({ id }) => id === only);
    progress.title(harmless(follow && job !== undefined ? jobName(job) : run.name));
    progress.stage('wait', harmless(runStateWords(run)));
    const watcher: RunWatcher = !follow
      ? waitingProgress(progress)
      : only === undefined
        ? runProgress(progress, new Map(jobs.map((one) => [one.id, one])))
        : new JobProgress(progress, console);
    const finished = await watchRun(service, watcher, {
      runId: run.id,
      ...(only !== undefined && { jobId: only }),
      history: follow,
      signal: stop.signal,
    });
    progress.end(finished ? 'done' : 'failed');
    if (!finished) {
      process.stderr.write(`fenceline: not waited to its end: fenceline wait ${run.id}\n`);
    }
    return finished;
  } finally {
    signals.close();
  }
}

function exitCodeOf(run: RunDetail, jobs: readonly Job[], ofOne: boolean): ExitCode {
  const code = ofOne ? jobs[0]?.outcome?.exitCode : run.progress.exitCode;
  return Object.values(ExitCode).find((known) => known === code) ?? ExitCode.error;
}

function asJson(run: RunDetail, jobs: readonly Job[], exitCode: ExitCode): string {
  return `${JSON.stringify({ schema: 'fenceline.run-ended/v1', exitCode, run, jobs })}\n`;
}

/** The most jobs that are listed one by one when they came out as expected. */
const mostExpected = 20;

function formatEnd(run: RunDetail, jobs: readonly Job[]): string {
  const shown =
    jobs.length <= mostExpected ? jobs : jobs.filter(({ outcome }) => outcome?.asExpected !== true);
  const rows = shown.map((job) => [
    job.id,
    jobName(job),
    outcomeWords(job),
    job.outcome?.summary ?? '',
  ]);
  const table = rows.length === 0 ? '' : tableOf(['job', 'of', 'outcome', ''], rows);
  return `${table}${harmless(`run ${run.id}: ${outcomeCounts(run) || runStateWords(run)}`)}\n`;
}
