import { answerOf } from '@fenceline/client';
import { verdictSchema } from '@fenceline/contracts';
import { ExitCode } from '@fenceline/contracts/exit-code';
import { terminalReport } from '@fenceline/report';
import { Command } from 'commander';
import type { JobDetail } from '../service/documents.js';
import { orNull, checkId } from '../service/find-target.js';
import { openService, type Service } from '../service/open-service.js';
import { formatJob } from '../service/show-job.js';
import { formatRejudgement } from '../service/show-rejudgement.js';
import { formatRun } from '../service/show-run.js';
import { factsOf, moment } from '../service/text.js';
import { formatWorker } from '../service/show-worker.js';
import { columnsOf, hasColors } from '../terminal/style.js';
import { UsageError } from '../usage-error.js';

/** A document of the service, and how it is shown to people. */
interface Shown {
  document: unknown;
  text: string;
}

/** `fenceline show`: one thing of a service, whatever its id is of. */
export function showCommand(finish: (code: ExitCode) => void): Command {
  return new Command('show')
    .description(
      'show a run, job, attempt, worker, artifact or rejudgement, or a scenario by its hash',
    )
    .argument('<id>', 'as submit and list print it')
    .option('--json', 'print one JSON object and nothing else on stdout', false)
    .action(async (id: string, options: { json: boolean }) => {
      const { document, text } = await show(await openService(), id);
      process.stdout.write(options.json ? `${JSON.stringify(document)}\n` : text);
      finish(ExitCode.asExpected);
    });
}

async function show(service: Service, id: string): Promise<Shown> {
  if (/^[0-9a-f]{64}$/.test(id)) return await showScenario(service, id);
  checkId(id);
  for (const showKind of [
    showRun,
    showJob,
    showWorker,
    showAttempt,
    showArtifact,
    showRejudgement,
  ]) {
    const shown = await orNull(showKind(service, id));
    if (shown !== null) return shown;
  }
  throw new UsageError(`There is nothing with the id ${id}.`);
}

async function showRun(service: Service, runId: string): Promise<Shown> {
  const params = { path: { runId } };
  const run = await answerOf(service.client.GET('/runs/{runId}', { params }));
  return { document: run, text: await formatRun(service.client, run) };
}

async function showJob(service: Service, jobId: string): Promise<Shown> {
  const params = { path: { jobId } };
  const job = await answerOf(service.client.GET('/jobs/{jobId}', { params }));
  const verdict = await decidingVerdict(service, job);
  return {
    document: job,
    text: verdict === null ? formatJob(job) : `${formatJob(job)}\n${verdict}`,
  };
}

/** The verdict that decided a job, with its witness; null where there is none. */
async function decidingVerdict(
  { client }: Service,
  { judgements, outcome }: JobDetail,
): Promise<string | null> {
  const first = outcome?.judgementId ?? judgements[0]?.id;
  if (first === undefined) return null;
  const params = { path: { judgementId: first } };
  const judgement = await answerOf(client.GET('/judgements/{judgementId}', { params }));
  return terminalReport(verdictSchema.parse(judgement.document), {
    color: hasColors(process.stdout),
    width: Math.min(columnsOf(process.stdout, 100), 120),
    skipped: outcome?.outcome === 'skipped',
  });
}

async function showWorker(service: Service, workerId: string): Promise<Shown> {
  const params = { path: { workerId } };
  const worker = await answerOf(service.client.GET('/workers/{workerId}', { params }));
  return { document: worker, text: formatWorker(worker) };
}

async function showAttempt(service: Service, attemptId: string): Promise<Shown> {
  const params = { path: { attemptId } };
  const attempt = await answerOf(service.client.GET('/attempts/{attemptId}', { params }));
  const { jobId, number, worker, state, how, message, assignedAt, endedAt } = attempt;
  const text = factsOf({
    attempt: `${attempt.id}, the ${number}. of job ${jobId}`,
    state: how === null ? state : `${state}, ${how}`,
    worker: `${worker.name} (${worker.id})`,
    assigned: moment(assignedAt),
    ended: endedAt === null ? null : moment(endedAt),
    message,
  });
  return { document: attempt, text };
}

async function showArtifact(service: Service, artifactId: string): Promise<Shown> {
  const params = { path: { artifactId } };
  const artifact = await answerOf(service.client.GET('/artifacts/{artifactId}', { params }));
  const { kind, name, size, sha256, jobId, attemptId, createdAt } = artifact;
  const text = factsOf({
    artifact: artifact.id,
    kind,
    name,
    size: `${size} bytes`,
    sha256,
    job: jobId,
    attempt: attemptId,
    published: moment(createdAt),
  });
  return { document: artifact, text };
}

async function showRejudgement(service: Service, rejudgementId: string): Promise<Shown> {
  const params = { path: { rejudgementId } };
  const rejudgement = await answerOf(
    service.client.GET('/rejudgements/{rejudgementId}', { params }),
  );
  return { document: rejudgement, text: await formatRejudgement(service.client, rejudgement) };
}

async function showScenario(service: Service, hash: string): Promise<Shown> {
  const params = { path: { hash } };
  const scenario = await answerOf(service.client.GET('/scenarios/{hash}', { params }));
  return { document: scenario, text: scenario.text };
}
