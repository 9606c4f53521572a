import { Injectable } from '@nestjs/common';
import type { InputOf, NewToken, operations, TokenDocument } from '@fenceline/contracts/api';
import { changeRows } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { Token } from '../../database/generated/client.js';
import { readPage } from '../../http/cursor.js';
import { Problem } from '../../http/problem.js';
import { hashOf, newSecret } from '../secrets.js';

/** Tokens of people and pipelines. */
@Injectable()
export class TokensService {
  constructor(private readonly database: Database) {}

  /** @throws Problem `invalid-request` where it would have ended already */
  async create(
    projectId: string,
    { owner, name, scopes, expiresAt }: NewToken,
  ): Promise<TokenDocument & { secret: string }> {
    if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
      const message = 'is in the past';
      throw new Problem('invalid-request', `body.expiresAt: ${message}`, {
        mend: 'Give a time that is to come, or null for none.',
        errors: [{ field: 'body.expiresAt', message }],
      });
    }
    const secret = newSecret('flt');
    const [row] = await changeRows<{ id: string }>(
      this.database,
      `INSERT INTO tokens (project_id, owner, name, scopes, hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [projectId, owner, name, scopes, hashOf(secret), expiresAt],
      ({ id }) => id,
    );
    return { ...(await this.show(projectId, row!.id)), secret };
  }

  async list(
    projectId: string,
    query: InputOf<typeof operations.tokens.list>['query'],
  ): Promise<{ items: TokenDocument[]; next: string | null }> {
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.token.findMany({
          where: {
            projectId,
            ...(query.owner !== undefined && { owner: query.owner }),
            ...after,
          },
          ...order,
        }),
      documentOf,
    );
  }

  async show(projectId: string, id: string): Promise<TokenDocument> {
    const row = await this.database.prisma.token.findUnique({ where: { id, projectId } });
    if (row === null) throw noToken(id);
    return documentOf(row);
  }

  /** To do it again is no error. @throws Problem `not-found` */
  async revoke(projectId: string, id: string): Promise<void> {
    await this.show(projectId, id);
    await changeRows(
      this.database,
      `UPDATE tokens SET revoked_at = now()
        WHERE id = $1 AND project_id = $2 AND revoked_at IS NULL RETURNING id`,
      [id, projectId],
      () => id,
    );
  }
}

function noToken(id: string): Problem {
  return new Problem('not-found', `There is no token ${id}.`);
}

function documentOf(row: Token): TokenDocument {
  const { id, projectId, owner, name } = row;
  return {
    id,
    projectId,
    owner,
    name,
    // A check of the table holds them to the scopes that there are.
    scopes: row.scopes as TokenDocument['scopes'],
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
