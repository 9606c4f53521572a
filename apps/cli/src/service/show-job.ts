import type { JobDetail } from './documents.js';
import { jobName, outcomeWords } from './job-words.js';
import { byteSize, factsOf, moment, tableOf } from './text.js';

/** A job for people: what it is, why it waits or what it came to, its attempts and files. */
export function formatJob(job: JobDetail): string {
  const { outcome, needs, pinned, attempts, artifacts } = job;
  const facts = factsOf({
    job: job.id,
    of: jobName(job),
    run: job.runId,
    driver: job.driver,
    owner: job.owner,
    submitted: moment(job.createdAt),
    finished: job.finishedAt === null ? null : moment(job.finishedAt),
    labels: job.labels.length === 0 ? null : job.labels.join(' '),
    priority: String(job.priority),
    needs: `${needs.memoryMib} MiB, ${needs.cores} cores, accelerator ${needs.accelerator}${needs.labels.map((label) => `, ${label}`).join('')}`,
    kernels: listed(
      pinned.filter(({ kind }) => kind === 'kernel'),
      ({ name, version, sha256 }) => `${name} ${version} (${sha256.slice(0, 12)})`,
    ),
    images: listed(
      pinned.filter(({ kind }) => kind === 'image'),
      ({ name, role, imageSha256 }) =>
        `${role ?? ''} for ${name} (${(imageSha256 ?? '').slice(0, 12)})`,
    ),
    state: job.state,
    'waits because': job.whyWaiting,
    outcome: outcome === null ? null : outcomeWords(job),
    summary: outcome?.summary ?? null,
    violated: outcome === null || outcome.rules.length === 0 ? null : outcome.rules.join(', '),
    'exit code': outcome === null ? null : String(outcome.exitCode),
  });
  return [facts, attemptsTable(attempts), filesTable(artifacts, attempts)]
    .filter((part) => part !== '')
    .join('\n');
}

function listed<Item>(items: readonly Item[], words: (item: Item) => string): string | null {
  return items.length === 0 ? null : items.map(words).join(', ');
}

function attemptsTable(attempts: JobDetail['attempts']): string {
  if (attempts.length === 0) return '';
  const rows = attempts.map(({ number, worker, state, how, assignedAt, endedAt, message }) => [
    String(number),
    worker.name,
    how === null ? state : how,
    moment(assignedAt),
    endedAt === null ? '' : moment(endedAt),
    message ?? '',
  ]);
  return tableOf(['attempt', 'worker', 'state', 'assigned', 'ended', ''], rows);
}

function filesTable(artifacts: JobDetail['artifacts'], attempts: JobDetail['attempts']): string {
  if (artifacts.length === 0) return '';
  const numbers = new Map(attempts.map(({ id, number }) => [id, number]));
  const rows = artifacts.map(({ kind, name, size, attemptId, sha256 }) => [
    kind,
    name,
    byteSize(size),
    String(numbers.get(attemptId) ?? ''),
    sha256.slice(0, 12),
  ]);
  return tableOf(['file', 'name', 'size', 'attempt', 'sha256'], rows);
}
