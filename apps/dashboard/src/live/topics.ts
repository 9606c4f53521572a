/** An event of the service, as much of it as tells what changed. */
export interface Changed {
  type: string;
  runId: string | null;
  jobId: string | null;
  workerId: string | null;
}

export type QueryKey = readonly [string, ...string[]];

/**
 * The queries that an event makes old, as the beginnings of their keys: `['job', ID]` means everything about that job.
 */
export function staleKeys({ type, runId, jobId, workerId }: Changed): QueryKey[] {
  const kind = type.split('.')[0] ?? '';
  const keys: QueryKey[] = [];
  if (jobId !== null) keys.push(['job', jobId]);
  switch (kind) {
    case 'run':
      keys.push(['runs'], ['jobs'], ['queue']);
      break;
    case 'job':
      keys.push(['jobs'], ['queue'], ['run-progress']);
      break;
    case 'attempt':
      keys.push(['workers']);
      break;
    case 'judgement':
      keys.push(['jobs']);
      break;
    case 'worker':
      keys.push(['workers'], ['queue']);
      break;
    case 'kernel':
      keys.push(['kernels']);
      break;
    default:
      break;
  }
  // The rows of a run change with its jobs, and not with each step of an attempt.
  if (runId !== null && kind !== 'attempt') keys.push(['run', runId]);
  if (type === 'job.finished' || kind === 'judgement') keys.push(['findings'], ['margins']);
  if (workerId !== null) keys.push(['worker', workerId]);
  return keys;
}

/** Keys without those that another one already means. */
export function distinctKeys(keys: Iterable<QueryKey>): QueryKey[] {
  return [...new Map([...keys].map((key) => [JSON.stringify(key), key])).values()];
}
