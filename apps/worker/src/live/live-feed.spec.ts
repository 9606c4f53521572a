import { livePartSchema, type LivePart } from '@fenceline/contracts/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveFeed } from './live-feed.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const glimpse = (number: number) => ({
  type: 'glimpse' as const,
  glimpse: {
    from: number * 1e6,
    to: (number + 1) * 1e6,
    console: [{ vm: 'host1', t: number * 1e6, text: `line ${number}` }],
    links: [{ link: 'A', writes: number, reads: 0, held: 1 }],
  },
});

describe('the live feed', () => {
  it('sends few messages, each as the service takes it, however much comes', async () => {
    const messages: LivePart[][] = [];
    const feed = new LiveFeed((parts) => {
      messages.push(parts);
      return Promise.resolve();
    });
    for (let i = 0; i < 1000; i++) {
      feed.lab(glimpse(i));
      await vi.advanceTimersByTimeAsync(1);
    }
    feed.end();
    expect(messages.length).toBeLessThanOrEqual(4);
    expect(messages.length).toBeGreaterThan(0);
    for (const parts of messages) {
      expect(parts.length).toBeLessThanOrEqual(200);
      for (const part of parts) expect(livePartSchema.parse(part)).toEqual(part);
    }
  });

  it('loses lines and bars first, and never waits for more than one message', async () => {
    let release = (): void => undefined;
    const messages: LivePart[][] = [];
    const feed = new LiveFeed((parts) => {
      messages.push(parts);
      return new Promise((resolve) => (release = resolve));
    });
    feed.lab({ type: 'phase', phase: 'boot', t: 0, detail: '3 VMs' });
    await vi.advanceTimersByTimeAsync(300);
    for (let i = 0; i < 500; i++) feed.lab(glimpse(i));
    feed.lab({ type: 'phase', phase: 'connect', t: 1e9, detail: '2 paths' });
    for (let i = 0; i < 500; i++) feed.lab(glimpse(i));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(messages).toHaveLength(1);
    release();
    await vi.advanceTimersByTimeAsync(300);
    expect(messages).toHaveLength(2);
    expect(messages[1]).toHaveLength(200);
    expect(messages[1]).toContainEqual({
      kind: 'step',
      step: 'connect',
      detail: '2 paths',
      ms: 1000,
    });
    feed.end();
  });

  it('goes on after a message that could not be sent', async () => {
    let tries = 0;
    const feed = new LiveFeed(() => {
      tries += 1;
      return Promise.reject(new Error('away'));
    });
    feed.step('prepare', '');
    await vi.advanceTimersByTimeAsync(300);
    feed.step('upload', '');
    await vi.advanceTimersByTimeAsync(300);
    expect(tries).toBe(2);
    feed.end();
  });
});
