import { Injectable } from '@nestjs/common';
import { changeRows } from '../../audit/record-change.js';
import { Database } from '../../database/database.js';
import type { Sql } from '../../database/sql.js';
import { Problem } from '../../http/problem.js';
import { tokenIsValid } from '../authentication.js';
import { hashOf, newSecret } from '../secrets.js';

const validMinutes = 10;

/** One-time codes that sign a browser in, in the fragment of a link. */
@Injectable()
export class SignInCodesService {
  constructor(private readonly database: Database) {}

  /**
   * Makes a code that signs in as the token does.
   *
   * @throws Problem `not-found` where the token is not there or not valid
   */
  async create(tokenId: string): Promise<{ code: string; path: string; expiresAt: string }> {
    const code = newSecret('flc');
    const [row] = await changeRows<{ expires_at: Date }>(
      this.database,
      `WITH over AS (DELETE FROM sign_in_codes WHERE expires_at < now())
       INSERT INTO sign_in_codes (hash, token_id, expires_at)
       SELECT $1, t.id, now() + make_interval(mins => $3) FROM tokens t
        WHERE t.id::text = $2 AND ${tokenIsValid}
       RETURNING expires_at`,
      [hashOf(code), tokenId, validMinutes],
      () => tokenId,
    );
    if (row === undefined) throw new Problem('not-found', `There is no valid token ${tokenId}.`);
    return { code, path: `/#code=${code}`, expiresAt: row.expires_at.toISOString() };
  }

  /** Uses a code up. @returns the token that made it, or null where the code is not valid any more */
  async use(sql: Sql, code: string): Promise<string | null> {
    const [row] = await sql.query<{ token_id: string }>(
      `UPDATE sign_in_codes SET used_at = now()
        WHERE hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING token_id`,
      [hashOf(code)],
    );
    return row?.token_id ?? null;
  }
}
