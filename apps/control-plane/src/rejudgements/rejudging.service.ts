import { Inject, Injectable } from '@nestjs/common';
import type {
  Judgement,
  Lease,
  RejudgementItemState,
  RejudgeResult,
  RejudgeWork,
} from '@fenceline/contracts/api';
import type { WorkerPrincipal } from '../access/principal.js';
import { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { AddJudgementService } from '../judgements/add-judgement.service.js';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { attemptLimit, leasesExpire } from '../state/leases.js';
import { holdWorkers } from '../workers/hold-workers.js';
import { changeItems } from './change-items.js';
import { compare } from './compare.js';

/** An item as a worker speaks of it. */
export interface FencedItem {
  worker: WorkerPrincipal;
  itemId: string;
  fencingToken: string;
}

interface ItemRow {
  rejudgement_id: string;
  job_id: string;
  evidence_sha256: string;
  state: RejudgementItemState;
  worker_id: string | null;
  claims: number;
}

/**
 * Gives evidence that is to be judged again to workers, and takes what they make of it. As with attempts a worker has a
 * lease, which another one may take over once it has expired, and a fencing token, which is worth nothing from then on.
 */
@Injectable()
export class RejudgingService {
  constructor(
    private readonly database: Database,
    private readonly judgements: AddJudgementService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The oldest job that waits, or whose worker let its lease expire; null where there is none for this worker. */
  async claim(
    { projectId, workerId }: WorkerPrincipal,
    verifierVersion: string,
  ): Promise<RejudgeWork | null> {
    const { leaseSeconds } = this;
    return this.database.transaction(async (sql) => {
      if (!(await holdWorkers(sql, [workerId])).has(workerId)) return null;
      const expire = await leasesExpire(sql, leaseSeconds);
      if (expire) await giveUpLost(sql, projectId);
      const [row] = await sql.query<{
        id: string;
        job_id: string;
        claims: number;
        evidence_sha256: string;
        timeout_s: number;
        name: string;
      }>(
        `WITH next AS (
           SELECT i.id, j.timeout_s, a.name
             FROM rejudgement_items i
             JOIN rejudgements r ON r.id = i.rejudgement_id
             JOIN jobs j ON j.id = i.job_id
             JOIN judgements before ON before.id = i.before_id
             JOIN artifacts a ON a.attempt_id = before.attempt_id AND a.kind = 'evidence'
                             AND a.sha256 = i.evidence_sha256
            WHERE i.project_id = $1 AND i.ended_at IS NULL
              AND (i.state = 'waiting' OR ($5 AND i.lease_expires_at < now()))
              AND (r.verifier_version IS NULL OR r.verifier_version = $4)
              AND EXISTS (SELECT FROM workers WHERE id = $2 AND state = 'enabled')
            ORDER BY i.created_at, i.id LIMIT 1 FOR NO KEY UPDATE OF i SKIP LOCKED)
         UPDATE rejudgement_items i
            SET state = 'running', claims = claims + 1, worker_id = $2,
                lease_expires_at = clock_timestamp() + make_interval(secs => $3)
           FROM next WHERE i.id = next.id
         RETURNING i.id, i.job_id, i.claims, i.evidence_sha256, next.timeout_s, next.name`,
        [projectId, workerId, leaseSeconds, verifierVersion, expire],
      );
      if (row === undefined) return null;
      return {
        itemId: row.id,
        jobId: row.job_id,
        fencingToken: String(row.claims),
        leaseSeconds,
        timeoutSeconds: row.timeout_s,
        evidence: { sha256: row.evidence_sha256, name: row.name },
      };
    });
  }

  /** @throws Problem `superseded` where another worker has it, or it was cancelled; `not-found` */
  async renew(of: FencedItem): Promise<Lease> {
    const { leaseSeconds } = this;
    const { worker, itemId, fencingToken } = of;
    const renewed = await this.database.query(
      `UPDATE rejudgement_items SET lease_expires_at = clock_timestamp() + make_interval(secs => $4)
        WHERE id = $1 AND worker_id = $2 AND claims::text = $3 AND state = 'running' RETURNING id`,
      [itemId, worker.workerId, fencingToken, leaseSeconds],
    );
    if (renewed.length === 0) {
      await find(this.database, of);
      throw superseded();
    }
    return { leaseSeconds, cancel: false };
  }

  /**
   * Adds the judgement and ends the item, both or neither. Said again after it was taken, nothing is done.
   *
   * @throws Problem `superseded`, `not-found`; `invalid-request` where the document is not of this job
   */
  async finish(of: FencedItem, result: RejudgeResult): Promise<void> {
    await this.database.transaction(async (sql) => {
      const { rejudgement_id: rejudgementId } = await find(sql, of);
      await changeItems(sql, rejudgementId, async () => {
        const item = await find(sql, of, 'FOR NO KEY UPDATE');
        const isTheirs =
          item.worker_id === of.worker.workerId && String(item.claims) === of.fencingToken;
        if (isTheirs && (item.state === 'done' || item.state === 'failed')) return;
        if (!isTheirs || item.state !== 'running') throw superseded();
        if (result.kind === 'failed') await fail(sql, of.itemId, result.message);
        else await this.judged(sql, of, item, result);
      });
    });
  }

  private get leaseSeconds(): number {
    return this.settings.FENCELINE_LEASE_SECONDS;
  }

  private async judged(
    sql: Sql,
    { worker: { projectId }, itemId }: FencedItem,
    item: ItemRow,
    { verdict: document }: Extract<RejudgeResult, { kind: 'judged' }>,
  ): Promise<void> {
    const [asked] = await sql.query<
      { owner: string; version: string | null } & Pick<Judgement, 'verdict' | 'rules'>
    >(
      `SELECT r.owner, r.verifier_version AS version, before.verdict, before.rules
         FROM rejudgement_items i JOIN rejudgements r ON r.id = i.rejudgement_id
         JOIN judgements before ON before.id = i.before_id
        WHERE i.id = $1`,
      [itemId],
    );
    const { owner, version, ...before } = asked!;
    const { id, rules } = await this.judgements.write(
      sql,
      { projectId, owner },
      {
        jobId: item.job_id,
        evidenceSha256: item.evidence_sha256,
        document,
        ...(version !== null && { version }),
      },
      'body.result.verdict',
    );
    const { changed } = compare(before, { verdict: document.verdict, rules });
    await sql.query(
      `UPDATE rejudgement_items SET state = 'done', after_id = $2, changed = $3, ended_at = now()
        WHERE id = $1`,
      [itemId, id, changed],
    );
  }
}

/** Ends items that too many workers were lost over: nobody knows what they do to a worker. */
async function giveUpLost(sql: Sql, projectId: string): Promise<void> {
  const lost = await sql.query<{ id: string }>(
    `SELECT DISTINCT rejudgement_id AS id FROM rejudgement_items
      WHERE project_id = $1 AND state = 'running' AND lease_expires_at < now() AND claims >= $2
      ORDER BY 1`,
    [projectId, attemptLimit],
  );
  for (const { id } of lost) {
    await changeItems(sql, id, async () => {
      await sql.query(
        `UPDATE rejudgement_items SET state = 'failed', message = $3, ended_at = now()
          WHERE rejudgement_id = $1 AND state = 'running' AND lease_expires_at < now() AND claims >= $2`,
        [id, attemptLimit, `${attemptLimit} workers that judged it were not heard of any more.`],
      );
    });
  }
}

async function fail(sql: Sql, itemId: string, message: string): Promise<void> {
  await sql.query(
    `UPDATE rejudgement_items SET state = 'failed', message = $2, ended_at = now() WHERE id = $1`,
    [itemId, message],
  );
}

/** @throws Problem `not-found` */
async function find(
  sql: Pick<Sql, 'query'>,
  { worker, itemId }: FencedItem,
  locking: '' | 'FOR NO KEY UPDATE' = '',
): Promise<ItemRow> {
  const [row] = await sql.query<ItemRow>(
    `SELECT rejudgement_id, job_id, evidence_sha256, state, worker_id, claims
       FROM rejudgement_items WHERE id = $1 AND project_id = $2 ${locking}`,
    [itemId, worker.projectId],
  );
  if (row === undefined) throw new Problem('not-found', `Nothing is judged again as ${itemId}.`);
  return row;
}

function superseded(): Problem {
  return new Problem('superseded', 'Another worker judges this again, or nobody does any more.', {
    mend: 'Stop.',
  });
}
