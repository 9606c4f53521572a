import type { TriggerEvent } from '@fenceline/contracts';
import type { Association, Command } from '@fenceline/history';
import { describe, expect, it } from 'vitest';
import { Observations, type BackendWrite } from './observations.js';

const over = (link: string) => ({ link, node: link, label: `host1 over ${link}` }) as Association;
const write = (slba: number, payload: number, sentAt = 0, status: number | null = null) =>
  ({ slba, blocks: 1, payloads: [payload], sentAt, status }) as Command;
const request = (id: number, node: string, slba: number, payload: number): BackendWrite => ({
  id,
  node,
  slba,
  payloads: [payload],
});

/** Whether the event counts as seen by now. */
async function isSeen(observations: Observations, event: TriggerEvent): Promise<boolean> {
  return observations.await(event, AbortSignal.abort(new Error('not seen'))).then(
    () => true,
    () => false,
  );
}

const newer: TriggerEvent = { kind: 'newerWriteAcknowledged', over: 'held' };
const retry: TriggerEvent = { kind: 'firstRetry', links: ['B'] };

describe('the observations of a lab', () => {
  it('come to an end for a write at an address that a plain number does not hold', async () => {
    const observations = new Observations();
    const far = write(2 ** 60, 1);
    observations.sent(far, over('A'));
    observations.answered(far);
    await expect(isSeen(observations, newer)).resolves.toBe(false);
  });

  it('wake a step that waits, with the reason', async () => {
    const observations = new Observations();
    const waiting = observations.await(
      { kind: 'held', nodes: ['A'], writes: 2 },
      new AbortController().signal,
    );
    observations.held(request(1, 'A', 0, 1), 10);
    observations.held(request(2, 'B', 1, 1), 10);
    observations.held(request(3, 'A', 2, 1), 11);
    await expect(waiting).resolves.toBe('2 writes held at A');
  });

  it('take a write with other bytes over a held block for a newer one once it is acknowledged', async () => {
    const observations = new Observations();
    observations.held(request(1, 'A', 7, 1), 10);
    const later = write(7, 2, 20, 0);
    observations.sent(later, over('B'));
    expect(await isSeen(observations, newer)).toBe(false);
    observations.answered(later);
    expect(await isSeen(observations, newer)).toBe(true);
  });

  it.each([
    ['the retry of a held write', write(7, 1, 20, 0)],
    ['a failed write', write(7, 2, 20, 0x281)],
    ['an older write', write(7, 2, 5, 0)],
    ['a write to another block', write(8, 2, 20, 0)],
    ['a write on the path of the held one', write(7, 2, 20, 0), 'A'],
  ])('do not take %s for a newer write', async (_what, other, link = 'B') => {
    const observations = new Observations();
    observations.sent(write(7, 1, 1), over('A'));
    observations.held(request(1, 'A', 7, 1), 10);
    observations.sent(other, over(link));
    observations.answered(other);
    expect(await isSeen(observations, newer)).toBe(false);
  });

  it('tell a retry by the link that it was sent on', async () => {
    const observations = new Observations();
    observations.retried(write(3, 5), 'B', 'A');
    expect(await isSeen(observations, retry)).toBe(false);
    observations.retried(write(3, 5), 'A', 'B');
    expect(await isSeen(observations, retry)).toBe(true);
  });

  it('count writes that are applied and unanswered, and those applied on each link', async () => {
    const observations = new Observations();
    const pending: TriggerEvent = { kind: 'appliedUnanswered', nodes: ['A'], writes: 1 };
    const original = write(3, 5);
    observations.sent(original, over('A'));
    observations.applied(request(1, 'B', 3, 5));
    observations.applied(request(2, 'A', 3, 4));
    expect(await isSeen(observations, pending)).toBe(false);
    observations.applied(request(3, 'A', 3, 5));
    expect(await isSeen(observations, pending)).toBe(true);
    observations.answered(original);
    expect(await isSeen(observations, pending)).toBe(false);
    expect(await isSeen(observations, { kind: 'writes', links: ['A'], count: 1 })).toBe(true);
    expect(await isSeen(observations, { kind: 'writes', links: ['A', 'B'], count: 1 })).toBe(false);
  });

  it('count give-ups and CCRs over the links that are meant, together', async () => {
    const observations = new Observations();
    const told = async (kind: 'giveUp' | 'ccrSent' | 'ccrAccepted' | 'ccrEvent', count = 1) =>
      isSeen(observations, { kind, links: ['A', 'B'], count });
    observations.ccrSent(over('C'));
    observations.ccrAccepted(over('C'));
    observations.ccrEvent(over('C'));
    observations.gaveUp(over('C'));
    for (const kind of ['giveUp', 'ccrSent', 'ccrAccepted', 'ccrEvent'] as const)
      expect(await told(kind)).toBe(false);
    observations.ccrSent(over('A'));
    expect(await told('ccrSent')).toBe(true);
    expect(await told('ccrSent', 2)).toBe(false);
    observations.ccrSent(over('B'));
    expect(await told('ccrSent', 2)).toBe(true);
    expect(await told('ccrAccepted')).toBe(false);
    observations.ccrAccepted(over('A'));
    expect(await told('ccrAccepted')).toBe(true);
    expect(await told('ccrEvent')).toBe(false);
    observations.ccrEvent(over('B'));
    expect(await told('ccrEvent')).toBe(true);
    observations.gaveUp(over('A'));
    expect(await told('giveUp')).toBe(true);
    expect(await told('giveUp', 2)).toBe(false);
  });

  it('take a host for connected again where it had an association on that link before', async () => {
    const observations = new Observations();
    const again = (link: string) =>
      isSeen(observations, { kind: 'connected', links: [link], count: 1 });
    observations.connected(over('A'));
    observations.connected(over('B'));
    observations.connected({ ...over('A'), host: 'host2' });
    expect(await again('A')).toBe(false);
    observations.connected(over('A'));
    expect(await again('A')).toBe(true);
    expect(await again('B')).toBe(false);
  });
});
