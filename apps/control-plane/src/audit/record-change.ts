import { AsyncLocalStorage } from 'node:async_hooks';
import type { QueryResultRow } from 'pg';
import type { Database } from '../database/database.js';
import type { Sql } from '../database/sql.js';

/** Who changes something, and by which operation. */
export interface Author {
  projectId: string;
  /** Owner of the token, or name of the worker. */
  actor: string;
  tokenId: string | null;
  /** Id of the operation. */
  action: string;
}

const current = new AsyncLocalStorage<Author>();

/** Runs a request of a person: what it changes is recorded as theirs. */
export function runAs<Result>(author: Author, work: () => Promise<Result>): Promise<Result> {
  return current.run(author, work);
}

/**
 * Writes the audit log's entry of what the request that is running changes, in the transaction of the change: neither is
 * there without the other. Does nothing where nobody asked: what workers and the service itself do is in the events.
 *
 * @param subject id or hash of what is changed or made; null where it has none
 */
export async function recordChange(sql: Sql, subject: string | null): Promise<void> {
  const author = current.getStore();
  if (author !== undefined) await recordChangeOf(sql, author, subject);
}

/** The same for a change whose author is known from elsewhere than the request's token. */
export async function recordChangeOf(
  sql: Sql,
  { projectId, actor, tokenId, action }: Author,
  subject: string | null,
): Promise<void> {
  await sql.query(
    `INSERT INTO audit_log (project_id, actor, token_id, action, subject, detail)
     VALUES ($1, $2, $3, $4, $5, '{}')`,
    [projectId, actor, tokenId, action, subject],
  );
}

/**
 * Changes rows by one statement, and records it where there were any.
 *
 * @param text ends in `RETURNING …`
 * @param subjectOf takes the first row
 */
export async function changeRows<Row extends QueryResultRow>(
  database: Database,
  text: string,
  values: readonly unknown[],
  subjectOf: (row: Row) => string | null,
): Promise<Row[]> {
  // A worker's change is one statement, and needs no transaction of its own.
  if (current.getStore() === undefined) return database.query<Row>(text, values);
  return database.transaction(async (sql) => {
    const rows = await sql.query<Row>(text, values);
    const [first] = rows;
    if (first !== undefined) await recordChange(sql, subjectOf(first));
    return rows;
  });
}
