import { describe, expect, it } from 'vitest';
import { FramePool } from './frame-pool.js';
import { TwoStacks } from './tcp/two-stacks.testing.js';

describe('the pool of frames', () => {
  it('gives memory again once it was given back, and only for frames of that length', () => {
    const pool = new FramePool();
    const [first, second] = [pool.take(60), pool.take(60)];
    expect(first).not.toBe(second);
    pool.giveBack(first);
    expect(pool.take(61)).toHaveLength(61);
    expect(pool.take(60)).toBe(first);
    expect(pool.take(60)).not.toBe(second);
  });

  it.each(['delivered', 'dropped', 'held and released'])('has a frame back that was %s', (fate) => {
    const stacks = new TwoStacks();
    const { link } = stacks;
    if (fate === 'dropped') link.drop('to-node');
    if (fate === 'held and released') link.hold('to-node');
    const sent: Uint8Array[] = [];
    link.observe((frame, from) => {
      if (from === 'host') sent.push(frame);
    });
    stacks.dial();
    stacks.pass(0.2);
    link.restore('to-node');
    stacks.pass(0.042);
    const [syn] = sent;
    expect([link.frames.take(syn!.length), link.frames.take(syn!.length)]).toContain(syn);
  });
});
