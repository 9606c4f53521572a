import { Injectable } from '@nestjs/common';
import type { AuditEntryDocument, InputOf, operations } from '@fenceline/contracts/api';
import { Database } from '../database/database.js';
import { pageFrom, wrongCursor } from '../http/cursor.js';

interface Row {
  id: string;
  project_id: string;
  actor: string;
  token_id: string | null;
  action: string;
  subject: string | null;
  created_at: Date;
}

/** The audit log, to be read; `recordChange` writes it. */
@Injectable()
export class Audit {
  constructor(private readonly database: Database) {}

  async list(
    projectId: string,
    { limit, cursor, actor, action }: InputOf<typeof operations.audit.list>['query'],
  ): Promise<{ items: AuditEntryDocument[]; next: string | null }> {
    const rows = await this.database.query<Row>(
      `SELECT id, project_id, actor, token_id, action, subject, created_at FROM audit_log
        WHERE project_id = $1 AND id < $2
          AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
        ORDER BY id DESC LIMIT $5`,
      [projectId, readCursor(cursor), actor ?? null, action ?? null, limit + 1],
    );
    return pageFrom(rows, limit, (row) => cursorOf(row.id), documentOf);
  }
}

/** Entries have numbers: the last one of a page is the cursor. */
function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function readCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '9223372036854775807';
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,18}$/.test(id)) throw wrongCursor();
  return id;
}

function documentOf(row: Row): AuditEntryDocument {
  const { id, project_id: projectId, actor, token_id: tokenId, action, subject } = row;
  return {
    id,
    projectId,
    actor,
    tokenId,
    action,
    subject,
    createdAt: row.created_at.toISOString(),
  };
}
