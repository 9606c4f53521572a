import { Injectable } from '@nestjs/common';
import type {
  InputOf,
  NewRejudgement,
  operations,
  Rejudgement,
  RejudgementItem,
  RejudgementItemState,
} from '@fenceline/contracts/api';
import { rejudgementItemStateSchema, rejudgementLimit } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { recordChange } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { Rejudgement as Row } from '../database/generated/client.js';
import type { Sql } from '../database/sql.js';
import { appendEvent } from '../events/append-event.js';
import { readPage } from '../http/cursor.js';
import { keepAnswer } from '../http/idempotency/keep-answer.js';
import { Problem } from '../http/problem.js';
import { jobListQuery } from '../jobs/list-query.js';
import { judgementOf } from '../judgements/judgements.reader.js';
import { changeItems } from './change-items.js';
import { compare } from './compare.js';

type Counts = Pick<Rejudgement, 'states' | 'changed'>;

/** What people ask of rejudgements; `RejudgingService` is the workers' side. */
@Injectable()
export class RejudgementsService {
  constructor(private readonly database: Database) {}

  /**
   * Makes an item of every job that the filter means and that has a judgement. Where the evidence of that one is not
   * kept, the item has failed from the beginning.
   *
   * @throws Problem `too-many-jobs`
   */
  async create(
    principal: Principal,
    { filter, verifierVersion }: NewRejudgement,
  ): Promise<Rejudgement> {
    const { projectId, owner } = principal;
    return this.database.transaction(async (sql) => {
      const jobIds = await findJobs(sql, projectId, filter);
      const [row] = await sql.query<{ id: string }>(
        `INSERT INTO rejudgements (project_id, owner, filter, verifier_version)
         VALUES ($1, $2, $3, $4) RETURNING id`,
        [projectId, owner, filter, verifierVersion ?? null],
      );
      const { id } = row!;
      await changeItems(sql, id, () => insertItems(sql, projectId, id, jobIds));
      await recordChange(sql, id);
      const rejudgement = await this.show(principal, id, sql);
      const { jobCount } = rejudgement;
      const data = { rejudgementId: id, jobCount };
      await appendEvent(sql, { projectId, owner, type: 'rejudgement.created', data });
      await keepAnswer(sql, rejudgement);
      return rejudgement;
    });
  }

  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.rejudgements.list>['query'],
  ): Promise<{ items: Rejudgement[]; next: string | null }> {
    const { items, next } = await readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.rejudgement.findMany({ where: { projectId, ...after }, ...order }),
      (row) => row,
    );
    const ids = items.map(({ id }) => id);
    const counts = await countItems(this.database, ids);
    return { items: items.map((row) => rejudgementOf(row, counts)), next };
  }

  /**
   * @param sql the transaction that made it, where it is not committed yet
   * @throws Problem `not-found`
   */
  async show(
    { projectId }: Principal,
    id: string,
    sql: Pick<Sql, 'query'> = this.database,
  ): Promise<Rejudgement> {
    const [row] = await sql.query<Row>(
      `SELECT id, project_id AS "projectId", owner, filter, verifier_version AS "verifierVersion",
              created_at AS "createdAt", cancelled_at AS "cancelledAt", finished_at AS "finishedAt"
         FROM rejudgements WHERE id = $1 AND project_id = $2`,
      [id, projectId],
    );
    if (row === undefined) throw new Problem('not-found', `There is no rejudgement ${id}.`);
    return rejudgementOf(row, await countItems(sql, [id]));
  }

  /** @throws Problem `not-found` */
  async items(
    principal: Principal,
    rejudgementId: string,
    { state, changed, ...query }: InputOf<typeof operations.rejudgements.items>['query'],
  ): Promise<{ items: RejudgementItem[]; next: string | null }> {
    await this.show(principal, rejudgementId);
    const judgement = { omit: { document: true } } as const;
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.rejudgementItem.findMany({
          where: {
            rejudgementId,
            ...(state !== undefined && { state }),
            ...(changed !== undefined && { changed }),
            ...after,
          },
          include: {
            before: judgement,
            after: judgement,
            job: { select: { scenarioName: true, seed: true } },
          },
          ...order,
        }),
      (row): RejudgementItem => {
        const before = judgementOf(row.before);
        const after = row.after && judgementOf(row.after);
        const { gained, lost } = compare(before, after ?? before);
        return {
          id: row.id,
          jobId: row.jobId,
          scenario: row.job.scenarioName,
          seed: Number(row.job.seed),
          state: rejudgementItemStateSchema.parse(row.state),
          message: row.message,
          changed: row.changed,
          ...{ before, after, gained, lost },
        };
      },
    );
  }

  /**
   * Ends what is open of it. A worker that judges an item hears that it is superseded. What has finished is left as it is.
   *
   * @throws Problem `not-found`
   */
  async cancel(principal: Principal, id: string): Promise<Rejudgement> {
    await this.show(principal, id);
    await this.database.transaction((sql) =>
      changeItems(sql, id, async () => {
        const cancelled = await sql.query(
          `UPDATE rejudgements SET cancelled_at = now()
            WHERE id = $1 AND cancelled_at IS NULL AND finished_at IS NULL RETURNING id`,
          [id],
        );
        if (cancelled.length === 0) return;
        await sql.query(
          `UPDATE rejudgement_items SET state = 'cancelled', ended_at = now()
            WHERE rejudgement_id = $1 AND ended_at IS NULL`,
          [id],
        );
        await recordChange(sql, id);
      }),
    );
    return this.show(principal, id);
  }
}

/** @throws Problem `too-many-jobs` */
async function findJobs(
  sql: Sql,
  projectId: string,
  filter: NewRejudgement['filter'],
): Promise<string[]> {
  const { text, values } = jobListQuery({
    projectId,
    filter: { state: 'finished', ...filter },
    after: null,
    limit: rejudgementLimit + 1,
  });
  const rows = await sql.query<{ id: string }>(`SELECT id FROM (${text}) AS job`, values);
  if (rows.length <= rejudgementLimit) return rows.map(({ id }) => id);
  throw new Problem('too-many-jobs', `The filter means more than ${rejudgementLimit} jobs.`, {
    mend: 'Make it narrower, by run or time.',
  });
}

async function insertItems(
  sql: Sql,
  projectId: string,
  rejudgementId: string,
  jobIds: readonly string[],
): Promise<void> {
  await sql.query(
    `INSERT INTO rejudgement_items (project_id, rejudgement_id, job_id, created_at, before_id,
                                    evidence_sha256, state, message, ended_at)
     SELECT $1, $2, job_id, created_at, before_id, evidence_sha256,
            CASE WHEN kept THEN 'waiting' ELSE 'failed' END,
            CASE WHEN NOT kept THEN 'The evidence that was judged is not kept.' END,
            CASE WHEN NOT kept THEN now() END
       FROM (SELECT DISTINCT ON (job.id) job.id AS job_id, job.created_at, judged.id AS before_id,
                    judged.evidence_sha256,
                    EXISTS (SELECT FROM artifacts
                             WHERE attempt_id = judged.attempt_id AND kind = 'evidence'
                               AND sha256 = judged.evidence_sha256) AS kept
               FROM jobs job JOIN judgements judged ON judged.job_id = job.id
              WHERE job.id = ANY ($3) AND job.state = 'finished'
              ORDER BY job.id, judged.created_at, judged.id) AS firsts`,
    [projectId, rejudgementId, jobIds],
  );
}

/** Rejudgement → what has become of its items. */
async function countItems(
  sql: Pick<Sql, 'query'>,
  ids: readonly string[],
): Promise<Map<string, Counts>> {
  const rows = await sql.query<{
    id: string;
    state: RejudgementItemState;
    count: number;
    changed: number;
  }>(
    `SELECT rejudgement_id AS id, state, count(*)::int, count(*) FILTER (WHERE changed)::int AS changed
       FROM rejudgement_items WHERE rejudgement_id = ANY ($1) GROUP BY 1, 2`,
    [ids],
  );
  const counts = new Map(ids.map((id) => [id, noItems()]));
  for (const { id, state, count, changed } of rows) {
    const one = counts.get(id)!;
    one.states[state] = count;
    one.changed += changed;
  }
  return counts;
}

function noItems(): Counts {
  return { states: { waiting: 0, running: 0, done: 0, failed: 0, cancelled: 0 }, changed: 0 };
}

function rejudgementOf(row: Row, counts: ReadonlyMap<string, Counts>): Rejudgement {
  const { id, projectId, owner, verifierVersion } = row;
  const { states, changed } = counts.get(id)!;
  return {
    id,
    projectId,
    owner,
    // Checked when it was asked for.
    filter: row.filter as Rejudgement['filter'],
    verifierVersion,
    jobCount: Object.values(states).reduce((sum, count) => sum + count, 0),
    states,
    changed,
    createdAt: row.createdAt.toISOString(),
    cancelledAt: row.cancelledAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
