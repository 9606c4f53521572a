import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RecentAttempts } from '../attempts/recent-attempts.js';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { eventRows, insertEvents, type NewEvent } from '../events/append-event.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { attemptLimit, leasesExpire } from '../state/leases.js';
import { lockJobs, type Seen, type SeenAttempt } from '../state/seen.js';
import type { Step } from '../state/model.js';
import { transition } from '../state/transition.js';
import { holdWorkers } from '../workers/hold-workers.js';
import { absentSeconds } from '../workers/presence.js';
import type { LabNeeds } from '../runs/lab-needs.js';
import { choose, ownerKey } from './choose.js';
import type { Waiting } from './model.js';
import { readCandidates } from './read-candidates.js';

/** Longest rest between two turns, ms: for what nobody notifies, such as a worker that was heard of again. */
const everyMs = 1000;
/** Each turn ranks all that wait: jobs that end shortly after each other make room for one turn. */
const gatherMs = 20;

interface Placed {
  attemptId: string;
  workerId: string;
  seen: Seen;
  step: Step;
}

/** An attempt as placement has made it. */
interface Made {
  seen: SeenAttempt;
  step: Step;
}

/** Gives waiting jobs to workers, as one control plane at a time. */
@Injectable()
export class Placement {
  constructor(
    private readonly database: Database,
    private readonly recent: RecentAttempts,
    @Inject(SETTINGS) private readonly settings: Settings,
    background: Background,
  ) {
    background.add({
      name: 'placement',
      everyMs,
      gatherMs,
      channel: 'fenceline_placement',
      turn: async () => {
        await this.place();
      },
    });
  }

  /** @returns how many attempts were made */
  async place(): Promise<number> {
    const made = await this.make();
    // Its worker claims it next, of this control plane where there is no other.
    for (const { seen, step } of made) this.recent.keep(seen, step);
    return made.length;
  }

  private make(): Promise<Made[]> {
    return this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'placement'))) return [];
      const expire = await leasesExpire(sql, this.settings.FENCELINE_LEASE_SECONDS);
      const workers = await readCandidates(sql, null, absentSeconds(this.settings), expire);
      const slots = workers
        .filter(({ state, present, free }) => state === 'enabled' && present && free.slots > 0)
        .reduce((sum, { free }) => sum + free.slots, 0);
      if (slots === 0) return [];
      const waiting = await readWaiting(sql, slots, expire);
      if (waiting.length === 0) return [];
      const assignments = choose(workers, waiting, await readRunning(sql));
      const workerOf = new Map(assignments.map(({ jobId, workerId }) => [jobId, workerId]));
      // One may have been revoked since it was read.
      const held = await holdWorkers(sql, [...new Set(workerOf.values())]);
      const placed: Placed[] = [];
      for (const seen of await lockJobs(sql, [...workerOf.keys()], 'skip')) {
        // Since it was read, it may have been changed, or its lease renewed.
        if (seen.state.job === 'active' && !seen.attempt?.leaseOver) continue;
        const workerId = workerOf.get(seen.jobId)!;
        const step = transition(seen.state, { kind: 'place' });
        if (!step.ok || !held.has(workerId)) continue;
        placed.push({ attemptId: randomUUID(), workerId, seen, step });
      }
      return placed.length > 0 ? await write(sql, placed) : [];
    });
  }
}

/**
 * The jobs that wait: of each owner, priority and kind of needs no more than there are slots, the oldest ones. With
 * `expire` also those whose worker let its lease expire. Kinds are told apart by a hash, which is much cheaper to sort
 * than JSON; two that shared one would share their places in a turn, no more.
 */
async function readWaiting(sql: Sql, slots: number, expire: boolean): Promise<Waiting[]> {
  const rows = await sql.query<{
    id: string;
    project_id: string;
    owner: string;
    priority: number;
    needs: LabNeeds;
    waited_ms: number;
  }>(
    `SELECT id, project_id, owner, priority, needs,
            extract(epoch FROM now() - queued_at)::float8 * 1000 AS waited_ms
       FROM (SELECT *, row_number() OVER (
                         PARTITION BY hash_record_extended((project_id, owner, priority, needs), 0)
                             ORDER BY queued_at, id) AS place
               FROM (SELECT id, project_id, owner, priority, needs, queued_at
                       FROM jobs WHERE state = 'queued'
                     UNION ALL
                     SELECT j.id, j.project_id, j.owner, j.priority, j.needs, j.queued_at
                       FROM attempts a JOIN jobs j ON j.id = a.job_id
                      WHERE $2 AND a.ended_at IS NULL AND a.state <> 'assigned' AND a.lease_expires_at < now()
                        AND j.state = 'active'
                        AND (SELECT count(*) FROM attempts o
                              WHERE o.job_id = j.id AND o.claimed_at IS NOT NULL) < $3) AS waiting
            ) AS ranked
      WHERE place <= $1`,
    [slots, expire, attemptLimit],
    { prepared: true },
  );
  return rows.map(({ id, project_id, owner, priority, needs, waited_ms }) => ({
    jobId: id,
    projectId: project_id,
    owner,
    priority,
    waitedMs: waited_ms,
    needs,
  }));
}

async function readRunning(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ project_id: string; owner: string; count: number }>(
    `SELECT project_id, owner, count(*)::int AS count FROM attempts
      WHERE ended_at IS NULL GROUP BY project_id, owner`,
    [],
    { prepared: true },
  );
  return new Map(
    rows.map(({ project_id, owner, count }) => [ownerKey({ projectId: project_id, owner }), count]),
  );
}

/** New attempts, with the doorbells that tell their workers. */
async function write(sql: Sql, placed: readonly Placed[]): Promise<Made[]> {
  const replaced = placed.filter(({ step }) => step.replaced !== undefined);
  if (replaced.length > 0) {
    // Before the new ones: a job has one live attempt at a time.
    await sql.query(
      `UPDATE attempts SET state = 'ended', ended_how = how, ended_at = now()
         FROM unnest($1::uuid[], $2::attempt_end[]) AS replaced (replaced_id, how)
        WHERE id = replaced_id`,
      [replaced.map(({ seen }) => seen.attempt!.id), replaced.map(({ step }) => step.replaced)],
    );
  }
  const tokens = await sql.query<{ id: string; fencing_token: string }>(
    `WITH placed AS (
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS placed (attempt_id, job_id, worker_id)),
     activated AS (
       UPDATE jobs SET state = 'active', attempt_count = attempt_count + 1
         FROM placed WHERE jobs.id = placed.job_id
       RETURNING jobs.id, project_id, owner, attempt_count),
     attempted AS (
       INSERT INTO attempts (id, project_id, owner, job_id, number, worker_id)
       SELECT attempt_id, project_id, owner, job_id, attempt_count, worker_id
         FROM placed JOIN activated ON activated.id = placed.job_id
       RETURNING id, fencing_token),
     rung AS (
       INSERT INTO outbox (kind, payload)
       SELECT 'doorbell', jsonb_build_object('workerId', worker_id, 'attemptId', attempt_id) FROM placed),
     told AS (${insertEvents('$4')})
     SELECT id, fencing_token, pg_notify('fenceline_events', ''), pg_notify('fenceline_outbox', '') FROM attempted`,
    [
      placed.map(({ attemptId }) => attemptId),
      placed.map(({ seen }) => seen.jobId),
      placed.map(({ workerId }) => workerId),
      eventRows(placed.flatMap(eventsOf)),
    ],
    { prepared: true },
  );
  const tokenOf = new Map(tokens.map(({ id, fencing_token }) => [id, fencing_token]));
  return placed.map(({ attemptId, workerId, seen, step }) => {
    const attempt = {
      ...{ id: attemptId, number: numberAfter(seen), workerId, newest: true, leaseOver: false },
      fencingToken: tokenOf.get(attemptId)!,
    };
    return { seen: { ...seen, attempt }, step };
  });
}

function numberAfter({ attempt }: Seen): number {
  return (attempt?.number ?? 0) + 1;
}

function eventsOf({ attemptId, workerId, seen, step }: Placed): NewEvent[] {
  const { projectId, owner, runId, jobId, attempt } = seen;
  const common = { projectId, owner, runId, jobId };
  const number = numberAfter(seen);
  return step.events.map((type) => {
    if (type === 'attempt.ended') {
      const data = { state: 'ended', number: attempt!.number, how: step.replaced };
      return { ...common, type, attemptId: attempt!.id, workerId: attempt!.workerId, data };
    }
    const data = type === 'job.active' ? { state: step.job } : { state: 'assigned', number };
    return { ...common, type, attemptId, workerId, data };
  });
}
