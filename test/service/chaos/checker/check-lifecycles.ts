import type { Breach } from './check-history.js';
import type { EventRow, ServiceHistory } from './history.js';

/** What may follow what in the life of a job; '' is before its first event. */
const afterOfJob: Record<string, readonly string[]> = {
  '': ['queued'],
  queued: ['active', 'finished'],
  active: ['queued', 'cancelling', 'finished'],
  cancelling: ['finished'],
  finished: [],
};

/** The same for an attempt. A stage may be left out where its end came before it could be told. */
const afterOfAttempt: Record<string, readonly string[]> = {
  '': ['assigned'],
  assigned: ['claimed', 'ended'],
  claimed: ['running', 'uploading', 'judging', 'ended'],
  running: ['uploading', 'judging', 'ended'],
  uploading: ['judging', 'ended'],
  judging: ['ended'],
  // One that was lost and gave up what it had is superseded.
  ended: ['superseded'],
  superseded: [],
};

/** Other events of an attempt, which change no state; they come while a worker holds it. */
const told = new Set(['lease-expired']);

/** Every job and attempt lives as the design says, by the log alone, and as its row says at the end. */
export function checkLifecycles(history: ServiceHistory): Breach[] {
  const events = [...history.events].filter(({ jobId }) => jobId !== null);
  const byJob = new Map<string, EventRow[]>(history.jobs.map(({ id }) => [id, []]));
  for (const event of events) {
    const list = byJob.get(event.jobId!);
    if (list === undefined) byJob.set(event.jobId!, [event]);
    else list.push(event);
  }
  return [...byJob].flatMap(([jobId, ofJob]) => new Life(history, jobId).follow(ofJob));
}

class Life {
  private job = '';
  private readonly attempts = new Map<string, string>();
  private readonly breaches: Breach[] = [];

  constructor(
    private readonly history: ServiceHistory,
    private readonly jobId: string,
  ) {}

  follow(events: readonly EventRow[]): Breach[] {
    for (const event of events) {
      const [what, step] = event.type.split('.') as [string, string];
      if (what === 'job' && step in afterOfJob) this.jobTo(step, event);
      if (what === 'attempt') this.attemptTo(event.attemptId ?? '', step, event);
    }
    this.compareRows();
    return this.breaches;
  }

  private jobTo(next: string, { outcome }: EventRow): void {
    if (!afterOfJob[this.job]!.includes(next)) {
      this.tell(`became ${next} after ${this.job || 'nothing'}`);
    }
    this.job = next;
    if (next !== 'finished') return;
    const row = this.history.outcomes.find(({ jobId }) => jobId === this.jobId);
    if (row?.outcome !== outcome) {
      this.tell(
        `finished as ${outcome ?? 'nothing'}, and its outcome is ${row?.outcome ?? 'none'}`,
      );
    }
    const live = this.live();
    if (live.length > 0) this.tell(`finished before its attempt ${live.join(', ')} had ended`);
  }

  private attemptTo(id: string, step: string, { how }: EventRow): void {
    const before = this.attempts.get(id) ?? '';
    if (told.has(step)) {
      if (before === '' || before === 'assigned' || before === 'ended') {
        this.tell(`had ${step} of attempt ${id} while that was ${before || 'not there'}`);
      }
      return;
    }
    const next = step === 'ended' && before === 'ended' ? (how ?? step) : step;
    if (!(afterOfAttempt[before] ?? []).includes(next)) {
      this.tell(`has attempt ${id}, which became ${next} after ${before || 'nothing'}`);
    }
    if (next === 'assigned' && this.live().length > 0) {
      this.tell(`got attempt ${id} while ${this.live().join(', ')} had not ended`);
    }
    if (this.job === 'finished' && next !== 'superseded' && next !== 'ended') {
      this.tell(`has attempt ${id}, which became ${next} after the job had finished`);
    }
    this.attempts.set(id, next);
  }

  private live(): string[] {
    return [...this.attempts]
      .filter(([, state]) => state !== 'ended' && state !== 'superseded')
      .map(([id]) => id);
  }

  private compareRows(): void {
    const row = this.history.jobs.find(({ id }) => id === this.jobId);
    if (row?.state !== this.job) {
      this.tell(`is ${row?.state ?? 'not there'}, and by its events ${this.job || 'nothing'}`);
    }
    for (const { id, state } of this.history.attempts.filter((one) => one.jobId === this.jobId)) {
      const told = this.attempts.get(id) ?? 'nothing';
      const same = told === 'superseded' ? 'ended' : told === 'claimed' ? 'preparing' : told;
      if (same !== state)
        this.tell(`has attempt ${id}, which is ${state}, and by its events ${told}`);
    }
  }

  private tell(what: string): void {
    this.breaches.push({ law: 'states follow each other', what: `job ${this.jobId} ${what}` });
  }
}
