import { Injectable } from '@nestjs/common';
import type { InputOf, operations, Who } from '@fenceline/contracts/api';
import { recordChangeOf } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { Sql } from '../../database/sql.js';
import { Problem } from '../../http/problem.js';
import { Authentication, tokenIsValid } from '../authentication.js';
import type { Principal } from '../principal.js';
import { hashOf, headerTokenOf, newSecret } from '../secrets.js';
import { SignInCodesService } from './sign-in-codes.service.js';

const validHours = 24;

/** A new session: what the page is told, and what goes into the cookie alone. */
export interface NewSession {
  who: Who;
  cookie: string;
  expiresAt: Date;
}

/** Sessions of browsers. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly authentication: Authentication,
    private readonly codes: SignInCodesService,
  ) {}

  /** @throws Problem `unauthenticated` where token or code is not valid (any more) */
  async signIn(given: InputOf<typeof operations.sessions.signIn>['body']): Promise<NewSession> {
    const by = 'token' in given ? await this.authentication.token(given.token) : null;
    const session = await this.database.transaction(async (sql) => {
      const tokenId = 'token' in given ? by?.tokenId : await this.codes.use(sql, given.code);
      return tokenId == null ? null : this.open(sql, tokenId);
    });
    if (session === null) {
      throw new Problem('unauthenticated', 'This is not valid, or not any more.', {
        mend: 'A code works once, for ten minutes: ask for another one, or give a token.',
      });
    }
    return session;
  }

  private async open(sql: Sql, tokenId: string): Promise<NewSession | null> {
    const cookie = newSecret('fls');
    const [row] = await sql.query<{
      project_id: string;
      owner: string;
      scopes: Who['scopes'];
      expires_at: Date;
    }>(
      `WITH over AS (DELETE FROM sessions WHERE expires_at < now()),
            token AS (SELECT * FROM tokens t WHERE t.id = $2 AND ${tokenIsValid}),
            opened AS (INSERT INTO sessions (hash, token_id, expires_at)
                       SELECT $1, id, least(now() + make_interval(hours => $3), expires_at)
                         FROM token RETURNING expires_at)
       SELECT token.project_id, token.owner, token.scopes, opened.expires_at FROM token, opened`,
      [hashOf(cookie), tokenId, validHours],
    );
    if (row === undefined) return null;
    const { project_id: projectId, owner, scopes, expires_at: expiresAt } = row;
    await recordChangeOf(sql, { projectId, actor: owner, tokenId, action: 'signIn' }, null);
    const who = { projectId, owner, scopes, headerToken: headerTokenOf(cookie) };
    return { who: { ...who, expiresAt: expiresAt.toISOString() }, cookie, expiresAt };
  }

  /** @throws Problem `unauthenticated` where it is nobody */
  who(principal: Principal | null): Who {
    if (principal === null) {
      throw new Problem('unauthenticated', 'Nothing valid came with the request.');
    }
    const { projectId, owner } = principal;
    if (principal.kind === 'worker') {
      return { projectId, owner, scopes: [], headerToken: null, expiresAt: null };
    }
    const { scopes, headerToken, expiresAt } = principal;
    return {
      projectId,
      owner,
      scopes: [...scopes],
      headerToken,
      expiresAt: expiresAt?.toISOString() ?? null,
    };
  }

  /** Ends the session of a cookie, where it is one. */
  async close(cookie: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      const [row] = await sql.query<{ token_id: string; owner: string; project_id: string }>(
        `DELETE FROM sessions s USING tokens t WHERE s.hash = $1 AND t.id = s.token_id
         RETURNING t.id AS token_id, t.owner, t.project_id`,
        [hashOf(cookie)],
      );
      if (row === undefined) return;
      const { project_id: projectId, owner: actor, token_id: tokenId } = row;
      await recordChangeOf(sql, { projectId, actor, tokenId, action: 'signOut' }, null);
    });
  }
}
