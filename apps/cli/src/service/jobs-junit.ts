import { ExitCode } from '@fenceline/contracts/exit-code';
import { junitDocument, type JunitCase } from '@fenceline/report';
import type { Job, RunDetail } from './documents.js';
import { jobName } from './job-words.js';

/**
 * A run as JUnit XML, a test case a job: one that came out as expected passes, whatever its verdict. A violation that is
 * not expected, or an expected one that is absent, is a failure; what came to no conclusion is an error.
 */
export function jobsJunit(run: RunDetail, jobs: readonly Job[]): string {
  const ends = jobs.flatMap(({ finishedAt }) =>
    finishedAt === null ? [] : [Date.parse(finishedAt)],
  );
  const startedAt = new Date(run.createdAt);
  const seconds = (Math.max(startedAt.getTime(), ...ends) - startedAt.getTime()) / 1000;
  return junitDocument({
    name: run.name,
    startedAt,
    seconds,
    properties: { run: run.id, owner: run.owner, exitCode: String(run.progress.exitCode ?? '') },
    cases: jobs.map(caseOf),
  });
}

function caseOf(job: Job): JunitCase {
  const { outcome, queuedAt, finishedAt } = job;
  const ms = finishedAt === null ? 0 : Date.parse(finishedAt) - Date.parse(queuedAt);
  const one = {
    name: jobName(job),
    classname: `fenceline.${job.scenario.name}`,
    seconds: Math.max(0, ms) / 1000,
  };
  if (outcome === null) {
    return {
      ...one,
      result: { kind: 'error', type: job.state, message: 'not finished', text: job.id },
    };
  }
  const { summary, exitCode, rules } = outcome;
  if (outcome.outcome === 'skipped')
    return { ...one, result: { kind: 'skipped', message: summary } };
  if (exitCode === ExitCode.asExpected) return one;
  const failed = exitCode === ExitCode.notAsExpected || exitCode === ExitCode.controlFailed;
  const text = [summary, ...rules, `job ${job.id}`].join('\n');
  return {
    ...one,
    result: { kind: failed ? 'failure' : 'error', type: outcome.outcome, message: summary, text },
  };
}
