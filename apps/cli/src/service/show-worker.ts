import type { WorkerDetail } from './documents.js';
import { factsOf, moment, tableOf } from './text.js';

/** A worker for people: what it offers, how much of that is in use, and what it runs. */
export function formatWorker({ attempts, busy, capacity, ...worker }: WorkerDetail): string {
  const facts = factsOf({
    worker: worker.id,
    name: worker.name,
    state: worker.revokedAt === null ? worker.state : `revoked at ${moment(worker.revokedAt)}`,
    present: worker.present ? 'yes' : 'not heard of',
    'last seen': worker.lastSeenAt === null ? null : moment(worker.lastSeenAt),
    slots: `${busy.slots} of ${capacity.slots} in use`,
    memory: `${busy.memoryMib} of ${capacity.memoryMib} MiB`,
    cores: `${busy.cores} of ${capacity.cores}`,
    accelerator: capacity.accelerator ?? 'none: simulated labs alone',
    labels: capacity.labels.length === 0 ? null : capacity.labels.join(' '),
    version: capacity.version,
  });
  if (attempts.length === 0) return facts;
  const rows = attempts.map(({ jobId, number, state, scenarioName, assignedAt }) => [
    jobId,
    scenarioName,
    String(number),
    state,
    moment(assignedAt),
  ]);
  return `${facts}\n${tableOf(['job', 'scenario', 'attempt', 'state', 'assigned'], rows)}`;
}
