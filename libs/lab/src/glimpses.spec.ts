import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Glimpses } from './glimpses.js';
import type { Glimpse } from './messages.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch(held: Record<string, number> = {}) {
  const seen: Glimpse[] = [];
  let now = 0;
  const clock = { now: () => now };
  const glimpses = new Glimpses(
    clock,
    (link) => held[link] ?? 0,
    ['A', 'B'],
    (one) => seen.push(one),
  );
  const pass = (ms: number) => {
    now += ms * 1e6;
    vi.advanceTimersByTime(ms);
  };
  return { glimpses, seen, pass };
}

describe('glimpses of a lab', () => {
  it('count the commands of a slice, and begin anew in the next', () => {
    const { glimpses, seen, pass } = watch({ B: 2 });
    for (let i = 0; i < 1000; i++) glimpses.command('A', 'write');
    glimpses.command('A', 'read');
    pass(250);
    pass(250);
    expect(seen).toEqual([
      {
        from: 0,
        to: 250e6,
        console: [],
        links: [
          { link: 'A', writes: 1000, reads: 1, held: 0 },
          { link: 'B', writes: 0, reads: 0, held: 2 },
        ],
      },
      { from: 250e6, to: 500e6, console: [], links: [{ link: 'B', writes: 0, reads: 0, held: 2 }] },
    ]);
    glimpses.stop();
  });

  it('are few and small, however much a console says', () => {
    const { glimpses, seen, pass } = watch();
    for (let i = 0; i < 100_000; i++) glimpses.line('host1', i, 'x'.repeat(4096));
    pass(250);
    expect(seen).toHaveLength(1);
    expect(seen[0]!.console).toHaveLength(25);
    expect(JSON.stringify(seen[0]).length).toBeLessThan(16 * 1024);
    glimpses.stop();
  });

  it('say nothing while nothing happens, and no more after the end', () => {
    const { glimpses, seen, pass } = watch();
    pass(1000);
    glimpses.stop();
    glimpses.line('host1', 1, 'late');
    pass(1000);
    expect(seen).toEqual([]);
  });
});
