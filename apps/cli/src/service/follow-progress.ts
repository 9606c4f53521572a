import type { LiveEvent, ServiceEvent } from '@fenceline/contracts/api';
import { harmless } from '@fenceline/report/harmless';
import type { Progress } from '../progress/progress.js';
import type { Job } from './documents.js';
import { eventWords, liveWords } from './event-words.js';
import { jobName } from './job-words.js';
import { runStateWords } from './run-words.js';
import type { RunWatcher } from './watch-run.js';

/** What somebody who only waits sees: how far the run is. */
export function waitingProgress(progress: Progress): RunWatcher {
  return {
    run: (run) => progress.status(harmless(runStateWords(run))),
    event: () => undefined,
    live: () => undefined,
    note: (text) => progress.note(harmless(text)),
  };
}

/**
 * What somebody who follows a run sees: how far it is, and what becomes of each job.
 *
 * @param jobs of the run, by their ids
 */
export function runProgress(progress: Progress, jobs: ReadonlyMap<string, Job>): RunWatcher {
  return {
    ...waitingProgress(progress),
    event(event) {
      const words = eventWords(event);
      const job = event.jobId === null ? undefined : jobs.get(event.jobId);
      const name = job === undefined ? (event.jobId ?? 'run') : jobName(job);
      if (words !== null) progress.note(harmless(`${name}: ${words}`));
    },
  };
}

/** What somebody who follows one job sees: its attempts as stages, and what its lab does just now. */
export class JobProgress implements RunWatcher {
  constructor(
    private readonly progress: Progress,
    /** Whether lines of consoles are shown too. */
    private readonly console: boolean,
  ) {}

  run(): void {
    // The job is one of many: how far the others are is not asked.
  }

  event(event: ServiceEvent): void {
    const state = stageOf(event);
    const words = eventWords(event);
    if (words !== null) this.progress.note(harmless(words));
    if (state !== null) this.progress.stage(state.name, harmless(state.detail));
  }

  live({ parts, dropped }: LiveEvent): void {
    if (dropped > 0) this.progress.note(`(${dropped} lines were left out)`);
    for (const part of parts) {
      const words = part.kind === 'console' && !this.console ? null : liveWords(part);
      if (words === null) continue;
      const at = words.ms === null ? '' : `${(words.ms / 1000).toFixed(3).padStart(8)} s  `;
      this.progress.note(harmless(`${at}${words.text}`));
    }
  }

  note(text: string): void {
    this.progress.note(harmless(text));
  }
}

const stages: Readonly<Record<string, string>> = {
  'job.queued': 'queued',
  'attempt.assigned': 'assigned',
  'attempt.claimed': 'prepare',
  'attempt.running': 'run',
  'attempt.uploading': 'upload',
  'attempt.judging': 'judge',
};

function stageOf({ type, data }: ServiceEvent): { name: string; detail: string } | null {
  const name = stages[type];
  if (name === undefined) return null;
  const number = data['number'];
  return { name, detail: typeof number === 'number' ? `attempt ${number}` : '' };
}
