import type { Picture } from '../picture/picture.js';
import type { PackedLane } from './pack-rows.js';
import type { LanePlace, Layout } from './scene.js';

/**
 * Gives each part of the picture its place: the faults' names, the lanes, which stand together by their
 * group, the latencies, the consoles, the axis. Runs in the browser.
 */
export function placePanels(
  { lanes, faults, signals }: Picture,
  packed: readonly PackedLane[],
  consoles: number,
): Layout {
  const atOnce = faults.map(
    (fault) => faults.filter((f) => f.start <= fault.start && fault.start < f.end).length,
  );
  const strip = 2 + 18 * Math.min(3, Math.max(1, ...atOnce));
  const withSignals = new Set(signals.map(({ lane }) => lane));
  let top = strip;
  const places: LanePlace[] = [];
  packed.forEach(({ rows }, i) => {
    top += i > 0 && lanes[i]?.group === lanes[i - 1]?.group ? 1 : 5;
    const rowHeight = rows.length > 8 ? 7 : 10;
    const bars = top + (withSignals.has(i) ? 35 : 18);
    const height = bars - top + Math.max(1, rows.length) * rowHeight + 4;
    places.push({ top, height, signals: top + 26, bars, rowHeight });
    top += height;
  });
  const latency = { top: top + 8, height: 124 };
  top = latency.top + latency.height + 8;
  const panels = Array.from({ length: consoles }, (_, i) => ({ top: top + i * 19, height: 18 }));
  const bottom = top + consoles * 19 + 3;
  return { strip, lanes: places, latency, consoles: panels, bottom, height: bottom + 24 };
}
