import type { Breach } from './check-history.js';
import type { AttemptRow, OutcomeRow, ServiceHistory } from './history.js';

/** Outcomes that a judgement decides; the others say that there is none. */
const verdicts = new Set(['pass', 'violation', 'inconclusive']);

/** Every job that was taken has exactly one outcome, and its newest attempt decided it. */
export function checkOutcomes(history: ServiceHistory): Breach[] {
  return [...lostJobs(history), ...history.jobs.flatMap(({ id }) => ofJob(history, id))];
}

function lostJobs({ accepted, jobs, outcomes }: ServiceHistory): Breach[] {
  const breaches: Breach[] = [];
  for (const { runId, jobs: wanted } of accepted) {
    const found = jobs.filter((job) => job.runId === runId).length;
    if (found !== wanted) {
      breaches.push({ law: 'no job is lost', what: `run ${runId} has ${found} of ${wanted} jobs` });
    }
  }
  const decided = new Set(outcomes.map(({ jobId }) => jobId));
  for (const { id, state } of jobs) {
    if (state === 'finished' && decided.has(id)) continue;
    const what = `job ${id} is ${state} and has ${decided.has(id) ? 'an' : 'no'} outcome`;
    breaches.push({ law: 'no job is lost', what });
  }
  return breaches;
}

function ofJob(history: ServiceHistory, jobId: string): Breach[] {
  const outcomes = history.outcomes.filter((outcome) => outcome.jobId === jobId);
  if (outcomes.length > 1) {
    const what = `job ${jobId} has ${outcomes.length}`;
    return [{ law: 'every job has one outcome', what }];
  }
  const attempts = history.attempts.filter((attempt) => attempt.jobId === jobId);
  return outcomes.flatMap((outcome) => [
    ...byTheNewest(outcome, attempts),
    ...byItsJudgement(history, outcome),
  ]);
}

function byTheNewest({ jobId, attemptId }: OutcomeRow, attempts: AttemptRow[]): Breach[] {
  if (attemptId === null) {
    // Nobody ran it: it was cancelled while it waited, with no attempt or a lost one before.
    const running = attempts.find(({ state }) => state !== 'ended');
    return running === undefined
      ? []
      : [newest(`job ${jobId} was decided beside attempt ${running.id}, which had not ended`)];
  }
  const decider = attempts.find(({ id }) => id === attemptId);
  if (decider === undefined) return [newest(`job ${jobId} was decided by another job's attempt`)];
  return attempts
    .filter(({ id }) => id !== attemptId)
    .flatMap((other) => {
      const breaches: Breach[] = [];
      if (other.number > decider.number) {
        const what = `attempt ${decider.number} of job ${jobId} decided, and there is a ${other.number}`;
        breaches.push(newest(what));
      }
      if (other.claimed && other.fencingToken >= decider.fencingToken) {
        const what = `job ${jobId} was decided with token ${decider.fencingToken}, and ${other.fencingToken} was given out`;
        breaches.push(newest(what));
      }
      return breaches;
    });
}

function byItsJudgement(
  { judgements }: ServiceHistory,
  { jobId, attemptId, judgementId, outcome }: OutcomeRow,
): Breach[] {
  const stale = (what: string): Breach[] => [{ law: 'no stale result is published', what }];
  if (judgementId === null) {
    return verdicts.has(outcome) ? stale(`job ${jobId} is ${outcome} by no judgement`) : [];
  }
  const judgement = judgements.find(({ id }) => id === judgementId);
  if (judgement?.jobId !== jobId || judgement.attemptId !== attemptId) {
    return stale(`job ${jobId} was decided by a judgement of another attempt`);
  }
  return judgement.madeBy === attemptId
    ? []
    : stale(`the verdict of job ${jobId} was made by attempt ${judgement.madeBy}`);
}

function newest(what: string): Breach {
  return { law: 'the newest attempt decides', what };
}
