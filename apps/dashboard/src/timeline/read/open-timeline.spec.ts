import { describe, expect, it } from 'vitest';
import { openTimeline } from './open-timeline.js';
import { item, MemorySource, timelineFile } from './timeline.testing.js';

describe('opening a timeline', () => {
  it('takes one request where the header is short', async () => {
    const source = new MemorySource(timelineFile([item(1)]));
    expect((await openTimeline(source)).lanes).toHaveLength(4);
    expect(source.reads).toHaveLength(1);
  });

  it('reads on where it is long', async () => {
    const moments = Array.from({ length: 5_000 }, (_, t) => ({ t, label: `step number ${t}` }));
    const source = new MemorySource(timelineFile([item(1)], { moments }));
    expect((await openTimeline(source)).moments).toEqual(moments);
    expect(source.reads).toHaveLength(2);
  });

  it('says of a cut file that it is cut', async () => {
    const moments = Array.from({ length: 5_000 }, (_, t) => ({ t, label: `step number ${t}` }));
    const cut = timelineFile([item(1)], { moments }).subarray(0, 70_000);
    await expect(openTimeline(new MemorySource(cut))).rejects.toThrow('cut');
  });

  it('says of another file that it is none', async () => {
    await expect(openTimeline(new MemorySource(new Uint8Array(100)))).rejects.toThrow(
      'no timeline',
    );
  });
});
