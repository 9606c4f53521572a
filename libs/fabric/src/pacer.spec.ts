import { afterEach, describe, expect, it, vi } from 'vitest';
import { busyFramesPerMs, restMs } from './limits.js';
import { Pacer } from './pacer.js';

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the pacer', () => {
  const now = vi.spyOn(performance, 'now');
  const rest = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  afterEach(() => {
    now.mockReset();
    rest.mockClear();
  });

  /** Lets frames come in turns that are 1 ms apart; returns after how many of them it rested. */
  async function rests(framesOfTurns: number[]): Promise<number> {
    const pacer = new Pacer();
    let ms = 100;
    for (const frames of framesOfTurns) {
      now.mockReturnValue(ms++);
      pacer.came(frames);
      await aTurn();
    }
    return rest.mock.calls.length;
  }

  it('does nothing where frames are few', async () => {
    expect(await rests(Array<number>(50).fill(busyFramesPerMs))).toBe(0);
  });

  it('rests after each turn while they are many, and stops when they are few again', async () => {
    const many = Array<number>(50).fill(busyFramesPerMs * 2);
    const few = Array<number>(50).fill(1);
    const rested = await rests([...many, ...few]);
    expect(rested).toBeGreaterThan(45);
    expect(rested).toBeLessThan(55);
    expect(rest.mock.calls[0]?.[3]).toBe(restMs);
  });

  it('rests once for the frames of several links in one turn', async () => {
    const pacer = new Pacer();
    for (let ms = 100; ms < 110; ms++) {
      now.mockReturnValue(ms);
      pacer.came(100);
      pacer.came(100);
      await aTurn();
    }
    expect(rest.mock.calls.length).toBeLessThanOrEqual(10);
    expect(rest.mock.calls.length).toBeGreaterThan(5);
  });
});
