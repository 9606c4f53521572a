import type { LabNeeds } from '../runs/lab-needs.js';
import { couldRun, fitsInto } from './fits.js';
import type { Assignment, Candidate, Waiting } from './model.js';

/**
 * A job that has waited so long and fits nowhere now, though some worker could run it, keeps that worker from taking
 * others until it fits. Otherwise small jobs could take each bit of room for ever before it is enough.
 */
export const patienceMs = 60_000;

/**
 * Gives waiting jobs to workers: higher priority first; within one priority to the owner who has least, by running
 * attempts; within one owner the oldest first. What fits nowhere does not hold up the others.
 *
 * @param running attempts that run now, by `ownerKey`
 * @returns at most one assignment a job; the same whatever the order of workers and jobs
 */
export function choose(
  workers: readonly Candidate[],
  jobs: readonly Waiting[],
  running: ReadonlyMap<string, number>,
): Assignment[] {
  const room = new FreeRoom(workers);
  const share = new Map(running);
  const assignments: Assignment[] = [];
  for (const level of levelsOf(jobs)) {
    for (const { job, owner } of inFairOrder(level, share)) {
      const workerId = room.take(job);
      if (workerId === null) continue;
      assignments.push({ jobId: job.jobId, workerId });
      share.set(owner, (share.get(owner) ?? 0) + 1);
    }
  }
  return assignments;
}

/** An owner within a project. */
export function ownerKey({ projectId, owner }: Pick<Waiting, 'projectId' | 'owner'>): string {
  return `${projectId} ${owner}`;
}

/** The room that is left, and the workers that are kept for a job that has waited long. */
class FreeRoom {
  private readonly workers: Candidate[];
  private readonly kept = new Set<string>();
  /** LabNeeds that found no room: there is less with each job that is placed. */
  private readonly unmet = new Set<string>();

  constructor(workers: readonly Candidate[]) {
    this.workers = workers
      .filter(({ state, present }) => state === 'enabled' && present)
      .map((worker) => ({ ...worker, free: { ...worker.free } }))
      .sort((a, b) => compare(a.id, b.id));
  }

  /** @returns the worker that has room for it and suits it best, or null */
  take({ projectId, needs, waitedMs }: Waiting): string | null {
    const key = `${projectId} ${JSON.stringify(needs)}`;
    if (this.unmet.has(key)) return null;
    const able = this.workers.filter(
      (worker) =>
        worker.projectId === projectId && couldRun(needs, worker) && !this.kept.has(worker.id),
    );
    const [best] = able.filter(({ free }) => fitsInto(needs, free)).sort(bySuitability(needs));
    if (best === undefined) {
      this.unmet.add(key);
      const [first] = able;
      if (waitedMs >= patienceMs && first !== undefined) this.kept.add(first.id);
      return null;
    }
    best.free.slots -= 1;
    best.free.memoryMib -= needs.memoryMib;
    best.free.cores -= needs.cores;
    return best.id;
  }
}

/** A simulated lab leaves accelerators to those that need one, guests go where they run fastest; then the emptier one. */
function bySuitability({ accelerator }: LabNeeds): (a: Candidate, b: Candidate) => number {
  const order = accelerator === 'none' ? [null, 'tcg', 'kvm'] : ['kvm', 'tcg', null];
  const rank = (worker: Candidate): number => order.indexOf(worker.accelerator);
  return (a, b) =>
    rank(a) - rank(b) ||
    b.free.slots - a.free.slots ||
    b.free.memoryMib - a.free.memoryMib ||
    compare(a.id, b.id);
}

function levelsOf(jobs: readonly Waiting[]): Waiting[][] {
  const levels = new Map<number, Waiting[]>();
  for (const job of jobs) {
    const level = levels.get(job.priority);
    if (level === undefined) levels.set(job.priority, [job]);
    else level.push(job);
  }
  return [...levels].sort(([a], [b]) => b - a).map(([, level]) => level);
}

/** The jobs of one priority; `share` is looked at anew before each, as it grows meanwhile. */
function* inFairOrder(
  jobs: readonly Waiting[],
  share: ReadonlyMap<string, number>,
): Generator<{ job: Waiting; owner: string }> {
  const queues = new Map<string, Waiting[]>();
  for (const job of jobs) {
    const owner = ownerKey(job);
    const queue = queues.get(owner);
    if (queue === undefined) queues.set(owner, [job]);
    else queue.push(job);
  }
  // The last one is the oldest: taking it from there is cheap.
  for (const queue of queues.values()) queue.sort((a, b) => -byAge(a, b));
  const before = ([ownerA, a]: [string, Waiting[]], [ownerB, b]: [string, Waiting[]]): number =>
    (share.get(ownerA) ?? 0) - (share.get(ownerB) ?? 0) || byAge(a.at(-1)!, b.at(-1)!);
  while (queues.size > 0) {
    const [owner, queue] = [...queues].reduce((least, other) =>
      before(other, least) < 0 ? other : least,
    );
    const job = queue.pop()!;
    if (queue.length === 0) queues.delete(owner);
    yield { job, owner };
  }
}

function byAge(a: Waiting, b: Waiting): number {
  return b.waitedMs - a.waitedMs || compare(a.jobId, b.jobId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
