import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabNeeds } from '../runs/lab-needs.js';
import { choose, ownerKey, patienceMs } from './choose.js';
import { couldRun, fitsInto } from './fits.js';
import type { Assignment, Candidate, Room, Waiting } from './model.js';

function worker(id: string, fields: Partial<Candidate> = {}): Candidate {
  const room = { slots: 2, memoryMib: 4096, cores: 4 };
  return {
    id,
    projectId: 'p',
    state: 'enabled',
    present: true,
    accelerator: 'tcg',
    labels: [],
    ...room,
    free: fields.free ?? { ...room, ...pick(fields) },
    ...fields,
  };
}

function pick({ slots, memoryMib, cores }: Partial<Room>): Partial<Room> {
  return {
    ...(slots !== undefined && { slots }),
    ...(memoryMib !== undefined && { memoryMib }),
    ...(cores !== undefined && { cores }),
  };
}

function job(
  jobId: string,
  { needs, ...fields }: Partial<Omit<Waiting, 'needs'>> & { needs?: Partial<LabNeeds> } = {},
): Waiting {
  return {
    jobId,
    projectId: 'p',
    owner: 'alice',
    priority: 0,
    waitedMs: 0,
    needs: { memoryMib: 1024, cores: 1, accelerator: 'any', labels: [], ...needs },
    ...fields,
  };
}

const chosen = (assignments: readonly Assignment[]): string[] =>
  assignments.map(({ jobId, workerId }) => `${jobId} on ${workerId}`);

const none = new Map<string, number>();

describe('choose', () => {
  it('places by priority, then by the share of the owner, then by age', () => {
    const jobs = [
      job('a1', { waitedMs: 30 }),
      job('a2', { waitedMs: 20 }),
      job('b1', { owner: 'bob', waitedMs: 10 }),
      job('a9', { priority: 1 }),
    ];
    const order = (slots: number, running = none) =>
      choose([worker('w', { slots, memoryMib: 99_999, cores: 99 })], jobs, running).map(
        ({ jobId }) => jobId,
      );
    // Alice's urgent job counts for her share, so Bob is next.
    expect(order(4)).toEqual(['a9', 'b1', 'a1', 'a2']);
    expect(order(2)).toEqual(['a9', 'b1']);
    const bobRuns = new Map([[ownerKey({ projectId: 'p', owner: 'bob' }), 3]]);
    expect(order(4, bobRuns)).toEqual(['a9', 'a1', 'a2', 'b1']);
  });

  it('gives jobs to workers that have what they need, of their project alone', () => {
    const workers = [
      worker('full', { free: { slots: 0, memoryMib: 4096, cores: 4 } }),
      worker('drained', { state: 'draining' }),
      worker('gone', { present: false }),
      worker('kvm', { accelerator: 'kvm' }),
      worker('plain', { accelerator: null }),
      worker('rack', { labels: ['rack-1', 'fast'] }),
      worker('theirs', { projectId: 'q' }),
    ];
    const of = (needs: Partial<LabNeeds>, fields: Partial<Waiting> = {}) =>
      choose(workers, [job('j', { ...fields, needs })], none)[0]?.workerId;
    expect(of({ accelerator: 'none' })).toBe('plain');
    expect(of({ accelerator: 'any' })).toBe('kvm');
    expect(of({ accelerator: 'tcg' })).toBe('rack');
    expect(of({ labels: ['fast'] })).toBe('rack');
    expect(of({ labels: ['slow'] })).toBeUndefined();
    expect(of({ memoryMib: 5000 })).toBeUndefined();
    expect(of({ cores: 5 })).toBeUndefined();
    expect(of({}, { projectId: 'q' })).toBe('theirs');
    expect(of({}, { projectId: 'r' })).toBeUndefined();
  });

  it('keeps a worker for a job that has waited long, and for no other', () => {
    const workers = [worker('w', { free: { slots: 1, memoryMib: 2048, cores: 4 } })];
    const big = { memoryMib: 4096 };
    const small = job('small', { waitedMs: 5 });
    expect(
      chosen(choose(workers, [job('big', { needs: big, waitedMs: 10 }), small], none)),
    ).toEqual(['small on w']);
    const waited = job('big', { needs: big, waitedMs: patienceMs });
    expect(choose(workers, [waited, small], none)).toEqual([]);
    const tooBig = job('too big', { needs: { memoryMib: 8192 }, waitedMs: patienceMs });
    expect(chosen(choose(workers, [tooBig, small], none))).toEqual(['small on w']);
  });
});

const anyNeeds: fc.Arbitrary<LabNeeds> = fc.record({
  memoryMib: fc.constantFrom(256, 1024, 3000),
  cores: fc.integer({ min: 1, max: 4 }),
  accelerator: fc.constantFrom('none', 'any', 'kvm', 'tcg'),
  labels: fc.subarray(['fast', 'rack-1']),
});
const anyRoom = fc.record({
  slots: fc.integer({ min: 0, max: 4 }),
  memoryMib: fc.integer({ min: -500, max: 8000 }),
  cores: fc.integer({ min: -1, max: 8 }),
});
const anyWorkers: fc.Arbitrary<Candidate[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('u', 'v', 'w', 'x', 'y'),
    projectId: fc.constantFrom('p', 'q'),
    state: fc.constantFrom('enabled', 'enabled', 'draining', 'disabled'),
    present: fc.boolean(),
    accelerator: fc.constantFrom(null, 'tcg', 'kvm'),
    labels: fc.subarray(['fast', 'rack-1']),
    slots: fc.integer({ min: 1, max: 4 }),
    memoryMib: fc.integer({ min: 0, max: 8000 }),
    cores: fc.integer({ min: 1, max: 8 }),
    free: anyRoom,
  }),
  { selector: ({ id }) => id },
);
const anyJobs: fc.Arbitrary<Waiting[]> = fc
  .array(
    fc.record({
      projectId: fc.constantFrom('p', 'q'),
      owner: fc.constantFrom('alice', 'bob', 'carol'),
      priority: fc.integer({ min: -1, max: 1 }),
      waitedMs: fc.integer({ min: 0, max: 2 * patienceMs }),
      needs: anyNeeds,
    }),
    { maxLength: 30 },
  )
  .map((jobs) => jobs.map((one, index) => ({ ...one, jobId: `job${index}` })));
const anyRunning = fc
  .array(
    fc.tuple(
      fc.constantFrom('p alice', 'p bob', 'p carol', 'q alice'),
      fc.integer({ min: 0, max: 5 }),
    ),
  )
  .map((entries) => new Map(entries));

/** What is free after assignments. */
function roomAfter(
  workers: readonly Candidate[],
  jobs: readonly Waiting[],
  assignments: readonly Assignment[],
): Map<string, Room> {
  const needsOf = new Map(jobs.map(({ jobId, needs }) => [jobId, needs]));
  const room = new Map(workers.map(({ id, free }) => [id, { ...free }]));
  for (const { jobId, workerId } of assignments) {
    const left = room.get(workerId)!;
    left.slots -= 1;
    left.memoryMib -= needsOf.get(jobId)!.memoryMib;
    left.cores -= needsOf.get(jobId)!.cores;
  }
  return room;
}

describe('choose, whatever the workers and jobs', () => {
  it('never gives a worker more than it has, nor what it cannot run, nor a job twice', () => {
    fc.assert(
      fc.property(anyWorkers, anyJobs, anyRunning, (workers, jobs, running) => {
        const assignments = choose(workers, jobs, running);
        const workerOf = new Map(workers.map((one) => [one.id, one]));
        const jobOf = new Map(jobs.map((one) => [one.jobId, one]));
        expect(new Set(assignments.map(({ jobId }) => jobId)).size).toBe(assignments.length);
        const room = roomAfter(workers, jobs, assignments);
        for (const { jobId, workerId } of assignments) {
          const taker = workerOf.get(workerId)!;
          const given = jobOf.get(jobId)!;
          expect(taker).toMatchObject({
            state: 'enabled',
            present: true,
            projectId: given.projectId,
          });
          expect(couldRun(given.needs, taker)).toBe(true);
          const left = room.get(workerId)!;
          expect(Math.min(left.slots, left.memoryMib, left.cores)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('chooses the same in whatever order they are given', () => {
    const shuffled = <Item>(items: readonly Item[]) =>
      fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
    fc.assert(
      fc.property(
        fc
          .tuple(anyWorkers, anyJobs, anyRunning)
          .chain(([workers, jobs, running]) =>
            fc.tuple(fc.constant({ workers, jobs, running }), shuffled(workers), shuffled(jobs)),
          ),
        ([{ workers, jobs, running }, otherWorkers, otherJobs]) => {
          expect(choose(otherWorkers, otherJobs, running)).toEqual(choose(workers, jobs, running));
        },
      ),
    );
  });

  it('leaves no room unused that a waiting job fits into, where no job has waited long', () => {
    fc.assert(
      fc.property(anyWorkers, anyJobs, anyRunning, (workers, someJobs, running) => {
        const jobs = someJobs.map((one) => ({ ...one, waitedMs: one.waitedMs % patienceMs }));
        const assignments = choose(workers, jobs, running);
        const placed = new Set(assignments.map(({ jobId }) => jobId));
        const room = roomAfter(workers, jobs, assignments);
        for (const { projectId, needs } of jobs.filter(({ jobId }) => !placed.has(jobId))) {
          for (const one of workers) {
            const open = one.state === 'enabled' && one.present && one.projectId === projectId;
            expect(open && couldRun(needs, one) && fitsInto(needs, room.get(one.id)!)).toBe(false);
          }
        }
      }),
    );
  });

  it('places no job in the room that one of higher priority would have fitted into', () => {
    fc.assert(
      fc.property(anyWorkers, anyJobs, anyRunning, (workers, jobs, running) => {
        const assignments = choose(workers, jobs, running);
        const jobOf = new Map(jobs.map((one) => [one.jobId, one]));
        const placed = new Set(assignments.map(({ jobId }) => jobId));
        for (const { jobId, workerId } of assignments) {
          const { priority } = jobOf.get(jobId)!;
          // The room as it was when only jobs of higher priority were placed.
          const before = roomAfter(
            workers,
            jobs,
            assignments.filter((other) => jobOf.get(other.jobId)!.priority > priority),
          ).get(workerId)!;
          const taker = workers.find(({ id }) => id === workerId)!;
          for (const left of jobs.filter((other) => !placed.has(other.jobId))) {
            if (left.priority <= priority || left.projectId !== taker.projectId) continue;
            expect(couldRun(left.needs, taker) && fitsInto(left.needs, before)).toBe(false);
          }
        }
      }),
    );
  });

  it('shares slots between owners to within one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.constantFrom('alice', 'bob', 'carol'), { maxLength: 40 }),
        (slots, owners) => {
          const jobs = owners.map((owner, index) => job(`job${index}`, { owner }));
          const workers = [worker('w', { slots, memoryMib: 1_000_000, cores: 1_000 })];
          const assignments = choose(workers, jobs, none);
          const ownerOf = new Map(jobs.map(({ jobId, owner }) => [jobId, owner]));
          const count = (owner: string) =>
            assignments.filter(({ jobId }) => ownerOf.get(jobId) === owner).length;
          const most = Math.max(...['alice', 'bob', 'carol'].map(count));
          for (const owner of new Set(owners)) {
            if (count(owner) === owners.filter((one) => one === owner).length) continue;
            expect(count(owner)).toBeGreaterThanOrEqual(most - 1);
          }
        },
      ),
    );
  });

  it('starves no job, however many smaller ones come after it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom(256, 512, 1024), { minLength: 1, maxLength: 5 }),
        (workerCount, lasts, sizes) => {
          const turnMs = 10_000;
          const ids = Array.from({ length: workerCount }, (_, index) => `w${index}`);
          let running: { memoryMib: number; workerId: string; endsAt: number }[] = [];
          let waiting: (Waiting & { since: number })[] = [
            { ...job('big', { needs: { memoryMib: 4096 } }), since: 1 },
          ];
          const turnOf = new Map<string, number>();
          // The worker is kept after `patienceMs`, and has run dry one job's length later.
          const bound = Math.ceil(patienceMs / turnMs) + lasts + 2;
          for (let turn = 0; turn <= bound; turn += 1) {
            running = running.filter(({ endsAt }) => endsAt > turn);
            for (let next = 0; next < 4 * workerCount; next += 1) {
              const memoryMib = sizes[(turn + next) % sizes.length]!;
              const small = job(`${turn}-${next}`, { owner: `o${next}`, needs: { memoryMib } });
              waiting.push({ ...small, since: turn });
            }
            const workers = ids.map((id) => {
              const mine = running.filter(({ workerId }) => workerId === id);
              const taken = mine.reduce((sum, { memoryMib }) => sum + memoryMib, 0);
              const free = { slots: 8 - mine.length, memoryMib: 4096 - taken, cores: 8 };
              return worker(id, { slots: 8, cores: 16, free });
            });
            const aged = waiting.map((one) => ({ ...one, waitedMs: (turn - one.since) * turnMs }));
            for (const { jobId, workerId } of choose(workers, aged, none)) {
              const { memoryMib } = aged.find((one) => one.jobId === jobId)!.needs;
              running.push({ memoryMib, workerId, endsAt: turn + lasts });
              turnOf.set(jobId, turn);
            }
            waiting = waiting.filter(({ jobId }) => !turnOf.has(jobId));
          }
          expect(turnOf.get('big')).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 50 },
    );
  });
});
