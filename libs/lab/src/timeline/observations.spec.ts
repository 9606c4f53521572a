import { VirtualTime, type TriggerEvent } from '@fenceline/contracts';
import type { Association, Command } from '@fenceline/history';
import { describe, expect, it } from 'vitest';
import { Observations, type BackendWrite } from './observations.js';

const over = (link: string) => ({ link, node: link, label: `host1 over ${link}` }) as Association;
const write = (slba: number, payload: number, sentAt = 0, status: number | null = null) =>
  ({ slba, blocks: 1, payloads: [payload], sentAt, status }) as Command;
const request = (id: number, node: string, slba: number, payload: number): BackendWrite => ({
  link: null,
  id,
  node,
  slba,
  payloads: [payload],
});

function observe() {
  const time = new VirtualTime();
  const observations = new Observations(time);
  /** Why the event counts as seen by now, or null. */
  const because = (event: TriggerEvent): string | null => {
    let reason: string | null = null;
    const end = observations.await(event, (seen) => (reason = seen));
    time.runTo(time.now());
    end();
    return reason;
  };
  return { time, observations, isSeen: (event: TriggerEvent) => because(event) !== null };
}

const newer: TriggerEvent = { kind: 'newerWriteAcknowledged', over: 'held' };
const retry: TriggerEvent = { kind: 'firstRetry', links: ['B'] };

describe('the observations of a lab', () => {
  it('come to an end for a write at an address that a plain number does not hold', () => {
    const { observations, isSeen } = observe();
    const far = write(2 ** 60, 1);
    observations.sent(far, over('A'));
    observations.answered(far);
    expect(isSeen(newer)).toBe(false);
  });

  it('wake a step that waits, with the reason', () => {
    const { time, observations } = observe();
    const seen: string[] = [];
    observations.await({ kind: 'held', nodes: ['A'], writes: 2 }, (because) => seen.push(because));
    observations.held(request(1, 'A', 0, 1), 10);
    observations.held(request(2, 'B', 1, 1), 10);
    observations.held(request(3, 'A', 2, 1), 11);
    // Not amid what tells of it.
    expect(seen).toEqual([]);
    time.runTo(0);
    expect(seen).toEqual(['2 writes held at A']);
  });

  it('do not wake a step that waits no more', () => {
    const { time, observations } = observe();
    const seen: string[] = [];
    const end = observations.await(retry, (because) => seen.push(because));
    observations.retried(write(3, 5), 'A', 'B');
    end();
    time.runTo(0);
    expect(seen).toEqual([]);
  });

  it('take a write with other bytes over a held block for a newer one once it is acknowledged', () => {
    const { observations, isSeen } = observe();
    observations.held(request(1, 'A', 7, 1), 10);
    const later = write(7, 2, 20, 0);
    observations.sent(later, over('B'));
    expect(isSeen(newer)).toBe(false);
    observations.answered(later);
    expect(isSeen(newer)).toBe(true);
  });

  it.each([
    ['the retry of a held write', write(7, 1, 20, 0)],
    ['a failed write', write(7, 2, 20, 0x281)],
    ['an older write', write(7, 2, 5, 0)],
    ['a write to another block', write(8, 2, 20, 0)],
    ['a write on the path of the held one', write(7, 2, 20, 0), 'A'],
  ])('do not take %s for a newer write', (_what, other, link = 'B') => {
    const { observations, isSeen } = observe();
    observations.sent(write(7, 1, 1), over('A'));
    observations.held(request(1, 'A', 7, 1), 10);
    observations.sent(other, over(link));
    observations.answered(other);
    expect(isSeen(newer)).toBe(false);
  });

  it('tell a retry by the link that it was sent on', () => {
    const { observations, isSeen } = observe();
    observations.retried(write(3, 5), 'B', 'A');
    expect(isSeen(retry)).toBe(false);
    observations.retried(write(3, 5), 'A', 'B');
    expect(isSeen(retry)).toBe(true);
  });

  it('count writes that are applied and unanswered, and those applied on each link', () => {
    const { observations, isSeen } = observe();
    const pending: TriggerEvent = { kind: 'appliedUnanswered', nodes: ['A'], writes: 1 };
    const original = write(3, 5);
    observations.sent(original, over('A'));
    observations.applied(request(1, 'B', 3, 5));
    observations.applied(request(2, 'A', 3, 4));
    expect(isSeen(pending)).toBe(false);
    observations.applied(request(3, 'A', 3, 5));
    expect(isSeen(pending)).toBe(true);
    observations.answered(original);
    expect(isSeen(pending)).toBe(false);
    expect(isSeen({ kind: 'writes', links: ['A'], count: 1 })).toBe(true);
    expect(isSeen({ kind: 'writes', links: ['A', 'B'], count: 1 })).toBe(false);
  });

  it('count give-ups and CCRs over the links that are meant, together', () => {
    const { observations, isSeen } = observe();
    const told = (kind: 'giveUp' | 'ccrSent' | 'ccrAccepted' | 'ccrEvent', count = 1) =>
      isSeen({ kind, links: ['A', 'B'], count });
    observations.ccrSent(over('C'));
    observations.ccrAccepted(over('C'));
    observations.ccrEvent(over('C'));
    observations.gaveUp(over('C'));
    for (const kind of ['giveUp', 'ccrSent', 'ccrAccepted', 'ccrEvent'] as const)
      expect(told(kind)).toBe(false);
    observations.ccrSent(over('A'));
    expect(told('ccrSent')).toBe(true);
    expect(told('ccrSent', 2)).toBe(false);
    observations.ccrSent(over('B'));
    expect(told('ccrSent', 2)).toBe(true);
    expect(told('ccrAccepted')).toBe(false);
    observations.ccrAccepted(over('A'));
    expect(told('ccrAccepted')).toBe(true);
    expect(told('ccrEvent')).toBe(false);
    observations.ccrEvent(over('B'));
    expect(told('ccrEvent')).toBe(true);
    observations.gaveUp(over('A'));
    expect(told('giveUp')).toBe(true);
    expect(told('giveUp', 2)).toBe(false);
  });

  it('take a host for connected again where it had an association on that link before', () => {
    const { observations, isSeen } = observe();
    const again = (link: string) => isSeen({ kind: 'connected', links: [link], count: 1 });
    observations.connected(over('A'));
    observations.connected(over('B'));
    observations.connected({ ...over('A'), host: 'host2' });
    expect(again('A')).toBe(false);
    observations.connected(over('A'));
    expect(again('A')).toBe(true);
    expect(again('B')).toBe(false);
  });
});
