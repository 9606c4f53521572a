import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Loop } from './loop.js';

/** A loop whose turns end when they are told to. */
function loopByHand(everyMs = 1000, gatherMs = 0) {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const loop = new Loop({
    name: 'by hand',
    everyMs,
    gatherMs,
    turn: () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
    onError: (error) => errors.push(error),
  });
  return { loop, ends, errors, settle: () => vi.advanceTimersByTimeAsync(0) };
}

describe('Loop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('takes a turn at the start, and one after each rest', async () => {
    const { loop, ends, settle } = loopByHand(1000);
    loop.start();
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await settle();
    await vi.advanceTimersByTimeAsync(999);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
  });

  it('never runs two turns at once, and makes one turn of many wakes', async () => {
    const { loop, ends, settle } = loopByHand();
    loop.start();
    loop.wake();
    loop.wake();
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await settle();
    expect(ends).toHaveLength(2);
    ends[1]!.resolve();
    await settle();
    expect(ends).toHaveLength(2);
  });

  it('rests after a turn as long as it shall gather, and not before one that nothing preceded', async () => {
    const { loop, ends, settle } = loopByHand(1000, 20);
    loop.start();
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await settle();
    loop.wake();
    loop.wake();
    await vi.advanceTimersByTimeAsync(19);
    expect(ends).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toHaveLength(2);
    ends[1]!.resolve();
    await vi.advanceTimersByTimeAsync(500);
    loop.wake();
    expect(ends).toHaveLength(3);
  });

  it('takes no turn where it is stopped while it gathers', async () => {
    const { loop, ends, settle } = loopByHand(1000, 20);
    loop.start();
    ends[0]!.resolve();
    await settle();
    loop.wake();
    const stopped = loop.stop();
    await vi.advanceTimersByTimeAsync(1000);
    await stopped;
    expect(ends).toHaveLength(1);
  });

  it('goes on after a turn that failed', async () => {
    const { loop, ends, errors, settle } = loopByHand(1000);
    loop.start();
    ends[0]!.reject(new Error('Postgres is away'));
    await settle();
    expect(errors).toEqual([new Error('Postgres is away')]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ends).toHaveLength(2);
  });

  it('stops when the running turn has ended, and takes no other', async () => {
    const { loop, ends, settle } = loopByHand();
    loop.start();
    loop.wake();
    let stopped = false;
    const stop = loop.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    ends[0]!.resolve();
    await stop;
    loop.wake();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ends).toHaveLength(1);
  });
});
