import { setTimeout as pause } from 'node:timers/promises';
import { answerOf, readEvents, type EventMessage } from '@fenceline/client';
import {
  eventSchema,
  liveEventSchema,
  type LiveEvent,
  type ServiceEvent,
} from '@fenceline/contracts/api';
import type { RunDetail } from './documents.js';
import type { Service } from './open-service.js';
import { withPatience } from './patience.js';
import { Wake } from './wake.js';

/** Who is told what happens meanwhile. */
export interface RunWatcher {
  /** Where the run is, read anew. */
  run: (run: RunDetail) => void;
  event: (event: ServiceEvent) => void;
  live: (live: LiveEvent) => void;
  /** Something about the connection that people may want to know. */
  note: (text: string) => void;
}

export interface WatchOptions {
  runId: string;
  /** Watch this job of it alone, and what its lab does just now. */
  jobId?: string;
  /** Tell events from the beginning of the run, or from now on. */
  history: boolean;
  /** Ends the watching. */
  signal: AbortSignal;
  /** Where events do not come, as behind a proxy that holds them back, the run is read this often all the same, ms. */
  pollMs?: number;
  /** The least time between two readings of the run, however many events come, ms. */
  restMs?: number;
}

const defaultPollMs = 30_000;
const defaultRestMs = 500;
/** How long the last events may come behind what they tell of, where all of them are to be told. */
const lastEventsMs = 2000;

/**
 * Watches a run until what is watched has finished. What is true is read from the run; events only say when to look.
 *
 * @returns whether it has finished; false: the signal ended it
 * @throws ServiceUnreachable, ServiceProblem
 */
export async function watchRun(
  service: Service,
  watcher: RunWatcher,
  options: WatchOptions,
): Promise<boolean> {
  const { signal, pollMs = defaultPollMs, restMs = defaultRestMs } = options;
  const over = new AbortController();
  const wake = new Wake();
  const ended = AbortSignal.any([signal, over.signal]);
  ended.addEventListener('abort', () => wake.ring());
  const endsHeard = new Set<string>();
  let refused = false;
  const hearing: RunWatcher = {
    run: (run) => watcher.run(run),
    live: (live) => watcher.live(live),
    note: (text) => watcher.note(text),
    event(event) {
      watcher.event(event);
      if (event.type === 'job.finished' && event.jobId !== null) endsHeard.add(event.jobId);
    },
  };
  const listening = listen(service, hearing, wake, { ...options, signal: ended });
  const heard = listening.catch(() => {
    refused = true;
    wake.ring();
  });
  const isRefused = (): boolean => refused;
  const isStopped = (): boolean => signal.aborted;
  try {
    while (!isStopped()) {
      const read = (): Promise<Reading> => readOnce(service, options);
      const { run, finished } = await withPatience(read, (why) => watcher.note(why));
      watcher.run(run);
      if (finished) {
        const ends = options.jobId === undefined ? run.jobCount : 1;
        if (options.history) await wake.until(() => endsHeard.size >= ends, lastEventsMs);
        return true;
      }
      await pause(restMs, undefined, { signal }).catch(() => undefined);
      await wake.next(pollMs);
      if (isRefused()) await listening;
    }
    return false;
  } finally {
    over.abort();
    await heard;
  }
}

interface Reading {
  run: RunDetail;
  finished: boolean;
}

async function readOnce(
  { client }: Service,
  { runId, jobId }: Pick<WatchOptions, 'runId' | 'jobId'>,
): Promise<Reading> {
  const run = await answerOf(client.GET('/runs/{runId}', { params: { path: { runId } } }));
  if (jobId === undefined) return { run, finished: run.progress.exitCode !== null };
  const job = await answerOf(client.GET('/jobs/{jobId}', { params: { path: { jobId } } }));
  return { run, finished: job.outcome !== null };
}

/** Tells the watcher what comes, and rings when it is time to look at the run. */
async function listen(
  { url, token }: Service,
  watcher: RunWatcher,
  wake: Wake,
  { runId, jobId, history, signal }: WatchOptions,
): Promise<void> {
  const messages = readEvents({
    service: url,
    token,
    query: { runId, ...(jobId !== undefined && { jobId, live: 'true' }) },
    ...(history && { after: '0' }),
    signal,
  });
  for await (const message of messages) {
    tell(message, watcher);
    if (message.kind !== 'live' && message.kind !== 'cut') wake.ring();
  }
}

function tell(message: EventMessage, watcher: RunWatcher): void {
  switch (message.kind) {
    case 'event':
      watcher.event(eventSchema.parse(message.data));
      return;
    case 'live':
      watcher.live(liveEventSchema.parse(message.data));
      return;
    case 'cut':
      watcher.note(`${message.reason}; connecting again`);
      return;
    case 'open':
    case 'reset':
      return;
  }
}
