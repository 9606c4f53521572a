import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { sessionCookie, sessionHeader, type Scope } from '@fenceline/contracts/api';
import type { Request } from 'express';
import { Database } from '../database/database.js';
import { GatheredLookup } from '../database/gathered-lookup.js';
import { isOwnOrigin } from '../http/origin.js';
import { Problem } from '../http/problem.js';
import { isUnsafe } from '../http/request.js';
import type { Principal, TokenPrincipal, WorkerPrincipal } from './principal.js';
import { hashOf, headerTokenOf } from './secrets.js';

type Sent = Pick<Request, 'headers' | 'method' | 'protocol' | 'host'>;

interface TokenRow {
  id: string;
  project_id: string;
  owner: string;
  scopes: Scope[];
  expires_at: Date | null;
  /** Its last use is more than a minute old, or was never noted. */
  stale: boolean;
}

interface WorkerRow {
  hash: string;
  id: string;
  project_id: string;
  owner: string;
}

const tokenColumns = `t.id, t.project_id, t.owner, t.scopes,
  coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale`;
/** Of a token `t`: it was not revoked, and has not expired. */
export const tokenIsValid = `t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`;

/** Finds out who sent a request. */
@Injectable()
export class Authentication {
  /** By the hash of the credential: workers say something with every step of every attempt. */
  private readonly workers = new GatheredLookup<WorkerPrincipal>((hashes) =>
    this.findWorkers(hashes),
  );

  constructor(private readonly database: Database) {}

  /**
   * By the `Authorization` header, or else by the session's cookie. Null where nothing valid came with the request.
   *
   * @throws Problem `forbidden` where a cookie came with an unsafe request that no page of ours sent
   */
  async of(request: Sent): Promise<Principal | null> {
    const secret = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (secret !== undefined) {
      return secret.startsWith('flw_') ? this.workers.of(hexOf(secret)) : this.token(secret);
    }
    const cookie = sessionCookieOf(request);
    if (cookie === undefined) return null;
    const principal = await this.session(cookie);
    if (principal !== null && isUnsafe(request)) refuseOtherPages(request, cookie);
    return principal;
  }

  /** The principal of a token, or null where it is not valid. */
  async token(secret: string): Promise<TokenPrincipal | null> {
    return this.principalOf(
      `SELECT ${tokenColumns}, t.expires_at FROM tokens t WHERE t.hash = $1 AND ${tokenIsValid}`,
      secret,
      null,
    );
  }

  private session(cookie: string): Promise<TokenPrincipal | null> {
    return this.principalOf(
      `SELECT ${tokenColumns}, s.expires_at FROM sessions s JOIN tokens t ON t.id = s.token_id
        WHERE s.hash = $1 AND s.expires_at > now() AND ${tokenIsValid}`,
      cookie,
      headerTokenOf(cookie),
    );
  }

  private async principalOf(
    statement: string,
    secret: string,
    headerToken: string | null,
  ): Promise<TokenPrincipal | null> {
    const [row] = await this.database.query<TokenRow>(statement, [hashOf(secret)], {
      prepared: true,
    });
    if (row === undefined) return null;
    if (row.stale) await this.noteUse(row.id);
    return {
      kind: 'token',
      tokenId: row.id,
      projectId: row.project_id,
      owner: row.owner,
      scopes: row.scopes,
      expiresAt: row.expires_at,
      headerToken,
    };
  }

  /** The condition once more: of requests at the same time, one writes. */
  private async noteUse(tokenId: string): Promise<void> {
    await this.database.query(
      `UPDATE tokens SET last_used_at = now()
        WHERE id = $1 AND coalesce(last_used_at < now() - interval '1 minute', true)`,
      [tokenId],
    );
  }

  private async findWorkers(hashes: readonly string[]): Promise<Map<string, WorkerPrincipal>> {
    const rows = await this.database.query<WorkerRow>(
      `SELECT encode(credential_hash, 'hex') AS hash, id, project_id, owner FROM workers
        WHERE credential_hash = ANY ($1::bytea[]) AND revoked_at IS NULL`,
      [hashes.map((hash) => `\\x${hash}`)],
      { prepared: true },
    );
    return new Map(
      rows.map(({ hash, id, project_id, owner }) => [
        hash,
        { kind: 'worker', workerId: id, projectId: project_id, owner },
      ]),
    );
  }
}

function hexOf(secret: string): string {
  return hashOf(secret).toString('hex');
}

/** The value of the session's cookie. */
export function sessionCookieOf({ headers }: Pick<Request, 'headers'>): string | undefined {
  const pair = headers.cookie
    ?.split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${sessionCookie}=`));
  return pair?.slice(sessionCookie.length + 1);
}

function refuseOtherPages(request: Sent, cookie: string): void {
  const given = request.headers[sessionHeader.toLowerCase()];
  const wanted = hashOf(headerTokenOf(cookie));
  const headerIsRight = typeof given === 'string' && timingSafeEqual(hashOf(given), wanted);
  if (headerIsRight && isOwnOrigin(request) === true) return;
  throw new Problem('forbidden', 'A cookie alone may not change anything.', {
    mend: `Send it from a page of this service, with the header ${sessionHeader} as \`headerToken\` of GET /session.`,
  });
}
