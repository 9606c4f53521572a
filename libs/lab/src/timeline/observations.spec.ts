import type { TriggerEvent } from '@fenceline/contracts';
import { describe, expect, it } from 'vitest';
import { Observations, type BackendWrite, type SentWrite } from './observations.js';

const write = (link: string, slba: number, hash: bigint, sentAt = 0): SentWrite => ({
  association: link,
  link,
  node: link,
  slba,
  hashes: [hash],
  sentAt,
});
const request = (id: number, node: string, slba: number, hash: bigint): BackendWrite => ({
  id,
  node,
  slba,
  hashes: [hash],
});

/** Whether the event counts as seen by now. */
async function isSeen(observations: Observations, event: TriggerEvent): Promise<boolean> {
  return observations.await(event, AbortSignal.abort(new Error('not seen'))).then(
    () => true,
    () => false,
  );
}

const newer: TriggerEvent = { kind: 'newerWriteAcknowledged', over: 'held' };
const retry: TriggerEvent = { kind: 'firstRetry', links: ['A'] };

describe('the observations of a lab', () => {
  it('wake a step that waits, with the reason', async () => {
    const observations = new Observations();
    const waiting = observations.await({ kind: 'held', nodes: ['A'], writes: 2 }, new AbortController().signal);
    observations.held(request(1, 'A', 0, 1n), 10);
    observations.held(request(2, 'B', 1, 1n), 10);
    observations.held(request(3, 'A', 2, 1n), 11);
    await expect(waiting).resolves.toBe('2 writes held at A');
  });

  it('take a write with other bytes over a held block for a newer one once it is acknowledged', async () => {
    const observations = new Observations();
    observations.held(request(1, 'A', 7, 1n), 10);
    const later = write('B', 7, 2n, 20);
    observations.sent(later);
    expect(await isSeen(observations, newer)).toBe(false);
    observations.answered(later, true);
    expect(await isSeen(observations, newer)).toBe(true);
  });

  it('do not take the retry of a held write, a failed write or an older one for a newer write', async () => {
    const observations = new Observations();
    observations.held(request(1, 'A', 7, 1n), 10);
    for (const [other, success] of [
      [write('B', 7, 1n, 20), true],
      [write('B', 7, 2n, 20), false],
      [write('B', 7, 2n, 5), true],
      [write('B', 8, 2n, 20), true],
    ] as const) {
      observations.sent(other);
      observations.answered(other, success);
    }
    expect(await isSeen(observations, newer)).toBe(false);
  });

  it('see a retry on another association, and none in a new write or on the same association', async () => {
    const observations = new Observations();
    const original = write('A', 3, 5n);
    observations.sent(original);
    observations.sent(write('B', 3, 6n));
    observations.sent({ ...original });
    expect(await isSeen(observations, retry)).toBe(false);
    observations.sent(write('B', 3, 5n));
    expect(await isSeen(observations, retry)).toBe(true);
  });

  it('see no retry in a write that repeats an answered one', async () => {
    const observations = new Observations();
    const original = write('A', 3, 5n);
    observations.sent(original);
    observations.answered(original, true);
    observations.sent(write('B', 3, 5n));
    expect(await isSeen(observations, retry)).toBe(false);
  });

  it('count writes that are applied and unanswered, and those applied on each link', async () => {
    const observations = new Observations();
    const pending: TriggerEvent = { kind: 'appliedUnanswered', nodes: ['A'], writes: 1 };
    const original = write('A', 3, 5n);
    observations.sent(original);
    observations.applied(request(1, 'B', 3, 5n));
    observations.applied(request(2, 'A', 3, 4n));
    expect(await isSeen(observations, pending)).toBe(false);
    observations.applied(request(3, 'A', 3, 5n));
    expect(await isSeen(observations, pending)).toBe(true);
    observations.answered(original, true);
    expect(await isSeen(observations, pending)).toBe(false);
    expect(await isSeen(observations, { kind: 'writes', links: ['A'], count: 1 })).toBe(true);
    expect(await isSeen(observations, { kind: 'writes', links: ['A', 'B'], count: 1 })).toBe(false);
  });
});
