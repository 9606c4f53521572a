import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StallRecorder } from './stall-recorder.js';

const ms = 1_000_000;

describe('the stall recorder', () => {
  let now = 0;
  let stalls: [number, number][] = [];
  const clock = { now: () => now };

  beforeEach(() => {
    vi.useFakeTimers();
    now = 0;
    stalls = [];
  });
  afterEach(() => vi.useRealTimers());

  /** Lets the timer fire once, `late` ms after it was due. */
  const tick = (late = 0) => {
    now += (5 + late) * ms;
    vi.advanceTimersByTime(5);
  };

  const start = () => new StallRecorder(clock, (t, ns) => stalls.push([t / ms, ns / ms]));

  it('reports nothing while the event loop is on time', () => {
    const recorder = start();
    for (let i = 0; i < 40; i++) tick();
    recorder.stop();
    expect(stalls).toEqual([]);
  });

  it('reports the worst delay of a window at its end', () => {
    const recorder = start();
    tick(3);
    tick(2);
    for (let i = 0; i < 20; i++) tick();
    recorder.stop();
    expect(stalls).toEqual([[50, 3]]);
  });

  it('charges a long delay to every window that it touches, the one in which it ended included', () => {
    const recorder = start();
    tick(120);
    for (let i = 0; i < 20; i++) tick();
    recorder.stop();
    expect(stalls).toEqual([
      [50, 120],
      [100, 120],
      [150, 120],
    ]);
  });
});
