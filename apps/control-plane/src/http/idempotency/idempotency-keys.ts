import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { Problem } from '../problem.js';
import { keepAnswerOf, type KeyClaim } from './keep-answer.js';

/** How long an answer is given again. */
const keptHours = 24;

/**
 * After that a first request without an answer is dead: the service was killed meanwhile. No operation with a key
 * takes nearly as long.
 */
const deadSeconds = 120;

/** A request with a key. */
export interface KeyUse {
  tokenId: string;
  /** Method and path. */
  route: string;
  key: string;
  requestHash: Buffer;
  /** Of the answer. */
  status: number;
  /** The answer holds a secret, and is not kept. */
  secret: boolean;
}

/** The request is the first one of its key, or was answered before. */
export type Found = { kind: 'first'; claim: KeyClaim } | { kind: 'again'; answer: unknown };

interface Row {
  request_hash: Buffer;
  status: number | null;
  response: unknown;
}

/** What was answered to requests with an `Idempotency-Key`. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly database: Database) {}

  /**
   * @throws Problem `request-running` where the first one has no answer yet, `key-reused` where it was another request,
   *   `shown-once` where its answer held a secret
   */
  async claim(use: KeyUse): Promise<Found> {
    const { tokenId, route, key, requestHash, status, secret } = use;
    const [first] = await this.database.query<{ created_at: Date }>(
      `WITH over AS (
         DELETE FROM idempotency_keys WHERE (token_id, route, key) IN (
           SELECT token_id, route, key FROM idempotency_keys
            WHERE created_at < now() - make_interval(hours => $5)
              AND (token_id, route, key) <> ($1::uuid, $2, $3)
            ORDER BY created_at LIMIT 20 FOR UPDATE SKIP LOCKED))
       INSERT INTO idempotency_keys AS kept (token_id, route, key, request_hash)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (token_id, route, key) DO UPDATE
         SET request_hash = excluded.request_hash, status = NULL, response = NULL, created_at = now()
         WHERE kept.created_at < now() - make_interval(hours => $5)
            OR (kept.status IS NULL AND kept.request_hash = excluded.request_hash
                AND kept.created_at < now() - make_interval(secs => $6))
       RETURNING created_at`,
      [tokenId, route, key, requestHash, keptHours, deadSeconds],
    );
    if (first !== undefined) {
      const since = first.created_at;
      return { kind: 'first', claim: { tokenId, route, key, since, status, secret } };
    }
    const [row] = await this.database.query<Row>(
      `SELECT request_hash, status, response FROM idempotency_keys
        WHERE token_id = $1 AND route = $2 AND key = $3`,
      [tokenId, route, key],
    );
    return { kind: 'again', answer: answerOf(use, row) };
  }

  async keep(claim: KeyClaim, answer: unknown): Promise<void> {
    await keepAnswerOf(this.database, claim, answer);
  }

  /** Frees the key of a request that failed; one whose answer is kept was done. */
  async release({ tokenId, route, key, since }: KeyClaim): Promise<void> {
    await this.database.query(
      `DELETE FROM idempotency_keys
        WHERE token_id = $1 AND route = $2 AND key = $3 AND created_at = $4 AND status IS NULL`,
      [tokenId, route, key, since],
    );
  }
}

/** @param row undefined where the first request failed just now */
function answerOf(use: KeyUse, row: Row | undefined): unknown {
  if (row !== undefined && !row.request_hash.equals(use.requestHash)) {
    throw new Problem('key-reused', 'This key came with another request before.', {
      mend: 'Give each request a key of its own.',
    });
  }
  if (row?.status == null) {
    throw new Problem('request-running', 'The first request with this key has no answer yet.', {
      mend: 'Ask again in a second, with the same key.',
      headers: { 'Retry-After': '1' },
    });
  }
  if (use.secret) {
    throw new Problem('shown-once', 'It was done, and its secret was in the first answer alone.', {
      mend: 'Revoke what was made where the secret is lost, and make another with a new key.',
    });
  }
  return row.response;
}
