import type { Bar } from './decode-items.js';
import type { firstFrom } from './first-from.js';
import type { firstVisible } from './first-visible.js';
import type { latencyY } from './latency-y.js';
import type { Content, Spot } from './scene.js';

/** What is under a point of the picture, or nearest to it within a few pixels. Runs in the browser. */
export function findSpot(
  { picture, packed, io, decades, consoles, layout }: Content,
  { from, to, width }: { from: number; to: number; width: number },
  px: number,
  py: number,
  tools: {
    firstFrom: typeof firstFrom;
    firstVisible: typeof firstVisible;
    latencyY: typeof latencyY;
  },
): Spot | null {
  const perPixel = (to - from) / width;
  const t = from + px * perPixel;
  const within = (panel: { top: number; height: number }): boolean =>
    py >= panel.top && py < panel.top + panel.height;
  const lane = layout.lanes.findIndex(within);
  if (lane >= 0) return signalAt(lane) ?? barAt(lane);
  if (within(layout.latency)) return pointAt();
  const vm = layout.consoles.findIndex(within);
  return vm >= 0 ? lineAt(vm) : null;

  function signalAt(lane: number): Spot | null {
    if (Math.abs(py - layout.lanes[lane]!.signals) > 9) return null;
    let best: Spot | null = null;
    let bestGap = 8 * perPixel;
    for (const signal of picture.signals) {
      const gap = Math.abs(signal.t - t);
      if (signal.lane !== lane || gap >= bestGap) continue;
      best = { kind: 'signal', signal };
      bestGap = gap;
    }
    return best;
  }

  function barAt(lane: number): Spot | null {
    const { bars, rowHeight } = layout.lanes[lane]!;
    const row = packed[lane]!.rows[Math.floor((py - bars) / rowHeight)];
    if (!row) return null;
    let best: Bar | null = null;
    let bestGap = 5 * perPixel;
    for (let i = tools.firstVisible(row, t - bestGap); i < row.length; i++) {
      const bar = row[i]!;
      if (bar.start > t + bestGap) break;
      const gap = Math.max(0, bar.start - t, t - bar.end);
      if (gap < bestGap || (gap === bestGap && bar.mark !== 'none')) {
        best = bar;
        bestGap = gap;
      }
    }
    return best && { kind: 'bar', bar: best };
  }

  function pointAt(): Spot | null {
    let best: Bar | null = null;
    let bestGap = 8;
    for (let i = tools.firstFrom(io, t - 8 * perPixel); i < io.length; i++) {
      const bar = io[i]!;
      if (bar.start > t + 8 * perPixel) break;
      const y = tools.latencyY(bar.longest, layout.latency, decades);
      const gap = Math.hypot((bar.start - t) / perPixel, y - py);
      if (gap >= bestGap) continue;
      best = bar;
      bestGap = gap;
    }
    return best && { kind: 'bar', bar: best };
  }

  function lineAt(vm: number): Spot | null {
    const { lines } = consoles[vm]!;
    const after = tools.firstFrom(lines, t);
    const near = [lines[after - 1], lines[after]].filter((line) => line !== undefined);
    const [line] = near.sort((a, b) => Math.abs(a.t - t) - Math.abs(b.t - t));
    return line && Math.abs(line.t - t) < 6 * perPixel ? { kind: 'line', line } : null;
  }
}
