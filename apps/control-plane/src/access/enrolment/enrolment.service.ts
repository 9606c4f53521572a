import { Injectable } from '@nestjs/common';
import type { AnswerOf, InputOf, operations } from '@fenceline/contracts/api';
import { recordChangeOf } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { Sql } from '../../database/sql.js';
import { appendEvent } from '../../events/append-event.js';
import { Problem } from '../../http/problem.js';
import { hashOf, newSecret } from '../secrets.js';
import { RedisAccounts } from './redis-accounts.js';

type Enrol = typeof operations.enrolment.enrol;

/** Makes workers out of machines that come with a join token. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly accounts: RedisAccounts,
  ) {}

  /**
   * Uses the join token up, and binds a credential to the new worker.
   *
   * @throws Problem `unauthenticated` where the join token is not valid (any more), `conflict` where the name is taken;
   *   the join token is not used up then
   */
  async enrol({ joinToken, name, capacity }: InputOf<Enrol>['body']): Promise<AnswerOf<Enrol>> {
    const credential = newSecret('flw');
    const hash = hashOf(credential);
    const workerId = await this.database.transaction(async (sql) => {
      const { id, project_id: projectId, owner } = await useJoinToken(sql, joinToken);
      // The name of one that was revoked is free again.
      await sql.query(
        `UPDATE workers SET name = name || ' (revoked, ' || left(id::text, 8) || ')'
          WHERE project_id = $1 AND name = $2 AND revoked_at IS NOT NULL`,
        [projectId, name],
      );
      const [worker] = await sql.query<{ id: string }>(
        `INSERT INTO workers (project_id, owner, name, credential_hash, slots, memory_mib, cores,
                              accelerator, labels, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (project_id, name) DO NOTHING RETURNING id`,
        [
          ...[projectId, owner, name, hash, capacity.slots, capacity.memoryMib, capacity.cores],
          ...[capacity.accelerator, capacity.labels, capacity.version],
        ],
      );
      if (worker === undefined) {
        throw new Problem('conflict', `There is a worker ${name} already.`, {
          mend: 'Give this one another name. The join token still works.',
        });
      }
      await sql.query(`UPDATE join_tokens SET worker_id = $2 WHERE id = $1`, [id, worker.id]);
      await appendEvent(sql, {
        ...{ projectId, owner, workerId: worker.id, type: 'worker.enrolled' },
        data: { name, state: 'enabled', ...capacity },
      });
      const author = { projectId, actor: name, tokenId: null, action: 'enrolWorker' };
      await recordChangeOf(sql, author, worker.id);
      await sql.query(`SELECT pg_notify('fenceline_placement', '')`);
      return worker.id;
    });
    await this.accounts.set(workerId, hash);
    return { workerId, credential };
  }
}

async function useJoinToken(
  sql: Sql,
  secret: string,
): Promise<{ id: string; project_id: string; owner: string }> {
  const [row] = await sql.query<{ id: string; project_id: string; owner: string }>(
    `UPDATE join_tokens SET used_at = now()
      WHERE hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING id, project_id, owner`,
    [hashOf(secret)],
  );
  if (row !== undefined) return row;
  throw new Problem('unauthenticated', 'The join token is not valid, or was used.', {
    mend: 'Ask an administrator for another one; each works once.',
  });
}
