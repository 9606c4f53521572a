import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from '../../database/sql.js';

/** The first use of a key, and when it began. */
export interface KeyClaim {
  tokenId: string;
  route: string;
  key: string;
  since: Date;
  /** Of the answer. */
  status: number;
  /** The answer holds a secret, and is not kept. */
  secret: boolean;
}

const current = new AsyncLocalStorage<KeyClaim>();

/** Runs a request under its key. */
export function runWithKey<Result>(claim: KeyClaim, work: () => Promise<Result>): Promise<Result> {
  return current.run(claim, work);
}

/**
 * Keeps the answer of the request that is running, in the transaction that does what it asks for: then it is done and
 * answered, or neither, wherever the service is killed. Does nothing for a request without a key.
 */
export async function keepAnswer(sql: Sql, answer: unknown): Promise<void> {
  const claim = current.getStore();
  if (claim !== undefined) await keepAnswerOf(sql, claim, answer);
}

/** Keeps an answer, unless that was done in the transaction. */
export async function keepAnswerOf(
  sql: Pick<Sql, 'query'>,
  { tokenId, route, key, since, status, secret }: KeyClaim,
  answer: unknown,
): Promise<void> {
  await sql.query(
    `UPDATE idempotency_keys SET status = $5, response = $6
      WHERE token_id = $1 AND route = $2 AND key = $3 AND created_at = $4 AND status IS NULL`,
    [tokenId, route, key, since, status, secret ? null : JSON.stringify(answer ?? null)],
  );
}
