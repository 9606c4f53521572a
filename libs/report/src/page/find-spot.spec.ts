import { describe, expect, it } from 'vitest';
import { ccrFailover } from '../ccr-failover.testing.js';
import { buildPicture } from '../picture/build-picture.js';
import { itemKinds, itemMarks } from '../picture/picture.js';
import { decodeItems } from './decode-items.js';
import { findSpot } from './find-spot.js';
import { firstFrom } from './first-from.js';
import { firstVisible } from './first-visible.js';
import { latencyDecades } from './latency-decades.js';
import { latencyY } from './latency-y.js';
import { packRows } from './pack-rows.js';
import { placePanels } from './place-panels.js';
import type { Content } from './scene.js';

const { verdict, history, plan } = ccrFailover();
const picture = buildPicture(verdict, history, plan);
const bytes = Buffer.from(picture.items, 'base64').toString('latin1');
const bars = decodeItems(bytes, picture.itemCount, itemKinds, itemMarks);
const packed = packRows(bars, picture.lanes.length, 12);
const io = bars.filter(({ kind }) => kind === 'write');
const lines = [{ t: 12_000_000, vm: 'A', text: 'a line', index: 0 }];
const content: Content = {
  picture,
  bars,
  packed,
  marked: [],
  io,
  decades: latencyDecades(io),
  consoles: [{ vm: 'A', lines }],
  layout: placePanels(picture, packed, 1),
};
const { layout } = content;
const view = { from: 10_000_000, to: 24_000_000, width: 1400 };
const x = (t: number) => ((t - view.from) / (view.to - view.from)) * view.width;
const at = (px: number, py: number) =>
  findSpot(content, view, px, py, { firstFrom, firstVisible, latencyY });

describe('the places of the panels', () => {
  it('follow each other from top to bottom, and none lies over another', () => {
    const panels = [...layout.lanes, layout.latency, ...layout.consoles];
    panels.forEach((panel, i) => {
      const above = panels[i - 1];
      expect(panel.top).toBeGreaterThanOrEqual(above ? above.top + above.height : layout.strip);
    });
    const last = panels.at(-1)!;
    expect(layout.bottom).toBeGreaterThanOrEqual(last.top + last.height);
    expect(layout.height).toBeGreaterThan(layout.bottom);
  });
});

describe('what is under the pointer', () => {
  it('is the bar in its row, and nothing beside it', () => {
    const stuck = bars.find(({ open }) => open)!;
    const { bars: top, rowHeight } = layout.lanes[stuck.lane]!;
    const y = top + (stuck.row + 0.5) * rowHeight;
    expect(at(x((stuck.start + stuck.end) / 2), y)).toEqual({ kind: 'bar', bar: stuck });
    expect(at(x(stuck.end) + 40, y)).toBeNull();
  });

  it('is the point of a command among the latencies, answered or not', () => {
    const answered = io.find(({ open }) => !open)!;
    const stuck = io.find(({ open }) => open)!;
    for (const bar of [answered, stuck]) {
      const y = latencyY(bar.longest, layout.latency, content.decades);
      const spot = at(x(bar.start), y);
      expect(spot?.kind === 'bar' && [spot.bar.start, spot.bar.longest]).toEqual([
        bar.start,
        bar.longest,
      ]);
    }
  });

  it('is the mark of a reset, or the line of a console', () => {
    const signal = picture.signals.find(({ kind }) => kind === 'ccr')!;
    expect(at(x(signal.t) + 3, layout.lanes[signal.lane]!.signals)).toEqual({
      kind: 'signal',
      signal,
    });
    const y = layout.consoles[0]!.top + 5;
    expect(at(x(12_000_000) - 2, y)).toEqual({ kind: 'line', line: lines[0] });
    expect(at(x(12_000_000) - 20, y)).toBeNull();
  });
});
