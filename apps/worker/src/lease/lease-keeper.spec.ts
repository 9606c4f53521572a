import type { Lease } from '@fenceline/contracts/api';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refused, Unreachable } from '../api/api-error.js';
import { LeaseKeeper } from './lease-keeper.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A keeper of a lease of 30 s, and what it asked. @param answer of each request in turn; the last one stays */
function keep(answer: (request: string, number: number) => Lease) {
  const asked: string[] = [];
  const ask = (request: string): Promise<Lease> => {
    asked.push(request);
    return Promise.resolve().then(() => answer(request, asked.length));
  };
  const told: string[] = [];
  const listener = {
    cancelled: () => void told.push('cancelled'),
    superseded: () => void told.push('superseded'),
  };
  const keeper = new LeaseKeeper(
    (stage) => ask(stage ?? 'renew'),
    30,
    listener,
    pino({ enabled: false }),
  );
  return { keeper, asked, told };
}

const fine: Lease = { leaseSeconds: 30, cancel: false };

describe('a lease', () => {
  it('is renewed at a third of it', async () => {
    const { keeper, asked } = keep(() => fine);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_100);
    expect(asked).toEqual(['renew', 'renew', 'renew']);
    await keeper.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(3);
  });

  it('is renewed by telling a stage, at once and in order', async () => {
    const { keeper, asked } = keep(() => fine);
    keeper.advance('running');
    keeper.advance('uploading');
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual(['running', 'uploading']);
    await keeper.end();
  });

  it('is asked for again and again while the service is away, and no stage is lost', async () => {
    const { keeper, asked, told } = keep((_, number) => {
      if (number < 20) throw new Unreachable('away');
      return fine;
    });
    keeper.advance('running');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(asked.slice(0, 20)).toEqual(Array<string>(20).fill('running'));
    expect(told).toEqual([]);
    await keeper.end();
  });

  it('that is lost is told once, and not asked for again', async () => {
    const { asked, told } = keep(() => {
      throw new Refused('superseded', 'a newer attempt exists');
    });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toEqual(['renew']);
    expect(told).toEqual(['superseded']);
  });

  it('brings the wish to cancel', async () => {
    const { keeper, told } = keep(() => ({ ...fine, cancel: true }));
    keeper.advance('running');
    await vi.advanceTimersByTimeAsync(10);
    expect(told).toEqual(['cancelled']);
    await keeper.end();
  });

  it('is renewed at once where there is news', async () => {
    const { keeper, asked, told } = keep(() => ({ ...fine, cancel: true }));
    keeper.look();
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual(['renew']);
    expect(told).toEqual(['cancelled']);
    await keeper.end();
  });

  it('goes on where the service does not take a stage', async () => {
    const { keeper, asked } = keep((request) => {
      if (request === 'uploading') throw new Refused('conflict', 'no');
      return fine;
    });
    keeper.advance('uploading');
    await vi.advanceTimersByTimeAsync(10_100);
    expect(asked).toEqual(['uploading', 'renew']);
    await keeper.end();
  });
});
