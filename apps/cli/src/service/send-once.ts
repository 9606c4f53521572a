import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceUnreachable } from '@fenceline/client';

/** Pauses between the tries, ms. */
const pauses = [300, 1000];

/**
 * Sends what must not be done twice: where no answer comes it is sent again, with the same Idempotency-Key, so that one
 * whose answer got lost is not done a second time.
 *
 * @param send is given the headers
 * @throws ServiceUnreachable when no try gets an answer
 */
export async function sendOnce<T>(
  send: (header: { 'Idempotency-Key': string }) => Promise<T>,
): Promise<T> {
  const header = { 'Idempotency-Key': randomUUID() };
  for (const ms of pauses) {
    try {
      return await send(header);
    } catch (error) {
      if (!(error instanceof ServiceUnreachable)) throw error;
      await pause(ms);
    }
  }
  return await send(header);
}
