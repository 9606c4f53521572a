import { Injectable } from '@nestjs/common';
import type { InputOf, JoinTokenDocument, operations } from '@fenceline/contracts/api';
import { changeRows } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { JoinToken } from '../../database/generated/client.js';
import { readPage } from '../../http/cursor.js';
import { Problem } from '../../http/problem.js';
import type { Principal } from '../principal.js';
import { hashOf, newSecret } from '../secrets.js';

/** Tokens with which one worker may enrol, once. */
@Injectable()
export class JoinTokensService {
  constructor(private readonly database: Database) {}

  async create(
    { projectId, owner }: Principal,
    expiresInHours: number,
  ): Promise<JoinTokenDocument & { secret: string }> {
    const secret = newSecret('flj');
    const [made] = await changeRows<{ id: string }>(
      this.database,
      `INSERT INTO join_tokens (project_id, owner, hash, expires_at)
       VALUES ($1, $2, $3, now() + make_interval(hours => $4)) RETURNING id`,
      [projectId, owner, hashOf(secret), expiresInHours],
      ({ id }) => id,
    );
    const row = await this.database.prisma.joinToken.findUniqueOrThrow({
      where: { id: made!.id },
    });
    return { ...documentOf(row), secret };
  }

  async list(
    projectId: string,
    query: InputOf<typeof operations.joinTokens.list>['query'],
  ): Promise<{ items: JoinTokenDocument[]; next: string | null }> {
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.joinToken.findMany({
          where: { projectId, ...after },
          ...order,
        }),
      documentOf,
    );
  }

  /** @throws Problem `conflict` where a worker has enrolled with it */
  async revoke(projectId: string, id: string): Promise<void> {
    const revoked = await changeRows(
      this.database,
      `DELETE FROM join_tokens WHERE id = $1 AND project_id = $2 AND used_at IS NULL RETURNING id`,
      [id, projectId],
      () => id,
    );
    if (revoked.length === 1) return;
    const where = { id, projectId };
    if ((await this.database.prisma.joinToken.findUnique({ where })) === null) {
      throw new Problem('not-found', `There is no join token ${id}.`);
    }
    throw new Problem('conflict', 'A worker has enrolled with this join token.', {
      mend: 'It cannot be used again. Disable the worker where it shall get no work.',
    });
  }
}

function documentOf(row: JoinToken): JoinTokenDocument {
  const { id, projectId, owner, workerId } = row;
  return {
    id,
    projectId,
    owner,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
    workerId,
  };
}
