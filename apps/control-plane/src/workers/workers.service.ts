import { Inject, Injectable } from '@nestjs/common';
import type {
  AttemptState,
  Capacity,
  operations,
  AnswerOf,
  InputOf,
  Worker,
  WorkerDetail,
  WorkerState,
} from '@fenceline/contracts/api';
import { RedisAccounts } from '../access/enrolment/redis-accounts.js';
import type { TokenPrincipal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import { appendEvent } from '../events/append-event.js';
import { cursorOf, pageFrom, readCursor } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { releaseItems } from '../rejudgements/release-items.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { JobLifecycle } from '../state/job-lifecycle.js';
import { absentSeconds } from './presence.js';

interface Row {
  project_id: string;
  owner: string;
  id: string;
  name: string;
  state: WorkerState;
  slots: number;
  memory_mib: number;
  cores: number;
  accelerator: Capacity['accelerator'];
  labels: string[];
  version: string;
  present: boolean;
  last_seen_at: Date | null;
  created_at: Date;
  revoked_at: Date | null;
  busy_slots: number;
  busy_memory_mib: number;
  busy_cores: number;
}

/** Workers as people see and steer them. */
@Injectable()
export class WorkersService {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobLifecycle,
    private readonly accounts: RedisAccounts,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async list(
    { projectId }: TokenPrincipal,
    { limit, cursor, revoked }: InputOf<typeof operations.workers.list>['query'],
  ): Promise<AnswerOf<typeof operations.workers.list>> {
    const after = cursor === undefined ? null : readCursor(cursor);
    const rows = await this.read(
      projectId,
      `AND (w.revoked_at IS NULL OR $6) AND ($3::timestamptz IS NULL OR (w.created_at, w.id) < ($3, $4::uuid))
       ORDER BY w.created_at DESC, w.id DESC LIMIT $5`,
      [after?.createdAt ?? null, after?.key ?? null, limit + 1, revoked],
    );
    return pageFrom(rows, limit, (row) => cursorOf(row.created_at, row.id), workerOf);
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: TokenPrincipal, workerId: string): Promise<WorkerDetail> {
    const [row] = await this.read(projectId, 'AND w.id = $3', [workerId]);
    if (row === undefined) throw unknown(workerId);
    const attempts = await this.database.query<{
      id: string;
      job_id: string;
      number: number;
      state: AttemptState;
      scenario_name: string;
      assigned_at: Date;
    }>(
      `SELECT a.id, a.job_id, a.number, a.state, j.scenario_name, a.assigned_at
         FROM attempts a JOIN jobs j ON j.id = a.job_id
        WHERE a.worker_id = $1 AND a.ended_at IS NULL ORDER BY a.fencing_token`,
      [workerId],
    );
    return {
      ...workerOf(row),
      attempts: attempts.map(({ id, job_id, number, state, scenario_name, assigned_at }) => ({
        id,
        jobId: job_id,
        number,
        state,
        scenarioName: scenario_name,
        assignedAt: assigned_at.toISOString(),
      })),
    };
  }

  /**
   * Changes what a worker may get, from the next placement on; what it runs is left alone. To ask for the state that it
   * has is no error.
   *
   * @throws Problem `not-found`; `forbidden` where it was disabled and `principal` is no administrator; `conflict` where it
   *   was revoked
   */
  async setState(
    principal: TokenPrincipal,
    workerId: string,
    state: WorkerState,
  ): Promise<WorkerDetail> {
    await this.database.transaction(async (sql) => {
      const [row] = await sql.query<{ state: WorkerState; owner: string; revoked: boolean }>(
        `SELECT state, owner, revoked_at IS NOT NULL AS revoked FROM workers WHERE id = $1 AND project_id = $2 FOR NO KEY UPDATE`,
        [workerId, principal.projectId],
      );
      if (row === undefined) throw unknown(workerId);
      if (row.revoked) {
        throw new Problem('conflict', `The worker ${workerId} was revoked, for good.`, {
          mend: 'Have its machine enrol with a new join token.',
        });
      }
      if (row.state === state) return;
      if (row.state === 'disabled' && !principal.scopes.includes('admin')) {
        throw new Problem('forbidden', 'An administrator has disabled this worker.', {
          mend: 'Ask an administrator to enable it.',
        });
      }
      await sql.query('UPDATE workers SET state = $2 WHERE id = $1', [workerId, state]);
      await appendEvent(sql, {
        projectId: principal.projectId,
        owner: row.owner,
        type: 'worker.state',
        workerId,
        data: { state, by: principal.owner },
      });
      await recordChange(sql, workerId);
      if (state === 'enabled') await sql.query(`SELECT pg_notify('fenceline_placement', '')`);
    });
    return this.show(principal, workerId);
  }

  /**
   * Ends a worker for good. Whatever it says after the commit is refused, by every control plane, and nothing of it that was
   * on its way counts: what it runs is lost, and its uploads are given up. To ask again is no error.
   *
   * @throws Problem `not-found`
   */
  async revoke(principal: TokenPrincipal, workerId: string): Promise<WorkerDetail> {
    const { projectId, owner: by } = principal;
    await this.database.transaction(async (sql) => {
      const [row] = await sql.query<{ owner: string; state: WorkerState }>(
        // Waits for those who hold it (`holdWorkers`): what they give it is there below.
        `SELECT owner, state FROM workers
          WHERE id = $1 AND project_id = $2 AND revoked_at IS NULL FOR UPDATE`,
        [workerId, projectId],
      );
      if (row === undefined) return;
      await sql.query('UPDATE workers SET revoked_at = now() WHERE id = $1', [workerId]);
      await this.jobs.loseWorker(sql, workerId, by);
      await releaseItems(sql, workerId);
      await sql.query(
        `UPDATE uploads SET state = 'abandoned'
          WHERE id IN (SELECT u.id FROM uploads u JOIN attempts a ON a.id = u.attempt_id
                        WHERE a.worker_id = $1 AND u.state IN ('open', 'completed')
                        ORDER BY u.id FOR UPDATE OF u)`,
        [workerId],
      );
      const data = { state: row.state, revoked: true, by };
      await appendEvent(sql, { projectId, owner: row.owner, type: 'worker.state', workerId, data });
      await recordChange(sql, workerId);
    });
    const worker = await this.show(principal, workerId);
    // Also where it was revoked before: Redis may have been away then.
    await this.accounts.remove([workerId]);
    return worker;
  }

  private async read(projectId: string, rest: string, values: unknown[]): Promise<Row[]> {
    return this.database.query<Row>(
      `SELECT w.*, w.last_seen_at > now() - make_interval(secs => $2) IS TRUE AS present,
              busy.slots AS busy_slots, busy.memory_mib AS busy_memory_mib, busy.cores AS busy_cores
         FROM workers w, LATERAL (
              SELECT count(*)::int AS slots, coalesce(sum(j.memory_mib), 0)::int AS memory_mib,
                     coalesce(sum(j.cores), 0)::int AS cores
                FROM attempts a JOIN jobs j ON j.id = a.job_id
               WHERE a.worker_id = w.id AND a.ended_at IS NULL) AS busy
        WHERE w.project_id = $1 ${rest}`,
      [projectId, absentSeconds(this.settings), ...values],
    );
  }
}

function workerOf(row: Row): Worker {
  const { slots, cores, accelerator, labels, version } = row;
  return {
    projectId: row.project_id,
    owner: row.owner,
    id: row.id,
    name: row.name,
    state: row.state,
    capacity: { slots, memoryMib: row.memory_mib, cores, accelerator, labels, version },
    present: row.present,
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
    busy: { slots: row.busy_slots, memoryMib: row.busy_memory_mib, cores: row.busy_cores },
  };
}

function unknown(workerId: string): Problem {
  return new Problem('not-found', `There is no worker ${workerId}.`);
}
