import { Injectable } from '@nestjs/common';
import type { Scope } from '@fenceline/contracts/api';
import type { Request } from 'express';
import { Database } from '../database/database.js';
import type { Principal } from './principal.js';
import { hashOf } from './secrets.js';

/** Finds out who sent a request. */
@Injectable()
export class Authentication {
  constructor(private readonly database: Database) {}

  /** Null where nothing valid came with the request. */
  async of(request: Pick<Request, 'headers'>): Promise<Principal | null> {
    const secret = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (secret === undefined) return null;
    return secret.startsWith('flw_') ? this.worker(secret) : this.token(secret);
  }

  private async token(secret: string): Promise<Principal | null> {
    const [row] = await this.database.query<{
      id: string;
      project_id: string;
      owner: string;
      scopes: Scope[];
    }>(
      `SELECT id, project_id, owner, scopes FROM tokens
        WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [hashOf(secret)],
    );
    if (row === undefined) return null;
    return {
      kind: 'token',
      tokenId: row.id,
      projectId: row.project_id,
      owner: row.owner,
      scopes: row.scopes,
    };
  }

  private async worker(secret: string): Promise<Principal | null> {
    const [row] = await this.database.query<{ id: string; project_id: string; owner: string }>(
      `SELECT id, project_id, owner FROM workers WHERE credential_hash = $1 AND revoked_at IS NULL`,
      [hashOf(secret)],
      { prepared: true },
    );
    if (row === undefined) return null;
    return { kind: 'worker', workerId: row.id, projectId: row.project_id, owner: row.owner };
  }
}
