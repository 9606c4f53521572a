import { describe, expect, it } from 'vitest';
import { TwoStacks } from './tcp/two-stacks.testing.js';

describe('the memory of frames', () => {
  it.each(['delivered', 'dropped', 'held and released'])(
    'is used again once a frame was %s',
    (fate) => {
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
    },
  );
});
