import { axisHeight } from '../paint/paint-axis.js';
import { font, type Brush } from '../paint/scene.js';
import type { Theme } from '../paint/theme.js';
import { scaleOf } from '../view/scale.js';
import { ticks } from '../view/ticks.js';
import type { LiveBar, LiveBars, LiveMark } from './live-bars.js';

const pathHeight = 40;
const consoleHeight = 18;

/** How high the picture is, px. */
export function liveHeight({ paths, consoles }: LiveBars): number {
  return axisHeight + paths.size * pathHeight + consoles.size * consoleHeight;
}

/** Paints what was heard of a running lab, from its start until now. */
export function paintLive(brush: Brush, theme: Theme, live: LiveBars, width: number): void {
  const scale = scaleOf({ from: 0, to: Math.max(1, live.endMs) * 1000 * 1.02 }, width);
  const x = (ms: number): number => scale.x(ms * 1000);
  const height = liveHeight(live);
  brush.fillStyle = theme.ground;
  brush.fillRect(0, 0, width, height);
  let top = axisHeight;
  const most = Math.sqrt(greatest(live));
  for (const bars of live.paths.values()) {
    brush.fillStyle = theme.band;
    brush.fillRect(0, top, width, pathHeight - 1);
    for (const bar of bars) paintBar(bar);
    top += pathHeight;
  }
  for (const lines of live.consoles.values()) {
    brush.fillStyle = theme.heading;
    brush.fillRect(0, top, width, consoleHeight - 1);
    brush.fillStyle = theme['ink-2'];
    for (const { ms } of lines) brush.fillRect(Math.round(x(ms)), top + 4, 1, consoleHeight - 9);
    top += consoleHeight;
  }
  paintTimes(live.faults);
  paintUnheard(live.startMs);
  // Words are over all of it.
  top = axisHeight;
  for (const [path, bars] of live.paths) {
    nameAt(`path ${path}`, top);
    heldAt(bars.at(-1));
    top += pathHeight;
  }
  for (const vm of live.consoles.keys()) {
    nameAt(vm, top);
    top += consoleHeight;
  }

  function paintBar({ fromMs, toMs, writes, reads, held }: LiveBar): void {
    const room = pathHeight - 8;
    const [left, wide] = [x(fromMs), Math.max(1, x(toMs) - x(fromMs) - 0.5)];
    const tall = (room * Math.sqrt(writes + reads)) / most;
    const bottom = top + pathHeight - 4;
    brush.fillStyle = theme.write;
    brush.fillRect(left, bottom - tall, wide, tall);
    brush.fillStyle = theme.read;
    const ofReads = writes + reads === 0 ? 0 : (tall * reads) / (writes + reads);
    brush.fillRect(left, bottom - tall, wide, ofReads);
    brush.fillStyle = theme.held;
    if (held > 0) brush.fillRect(left, bottom, wide + 0.5, 3);
  }

  function heldAt(bar: LiveBar | undefined): void {
    if (bar === undefined || bar.held === 0) return;
    const words = `${bar.held} held`;
    brush.font = font(11, 600);
    brush.fillStyle = theme.band;
    const wide = brush.measureText(words).width + 6;
    brush.fillRect(width - 3 - wide, top + 2, wide, 16);
    brush.fillStyle = theme.held;
    brush.textAlign = 'right';
    brush.textBaseline = 'middle';
    brush.fillText(words, width - 6, top + 10);
  }

  /** Who came later has not heard of what was before. */
  function paintUnheard(startMs: number): void {
    const wide = x(startMs);
    if (wide < 2) return;
    brush.fillStyle = theme.grid;
    brush.globalAlpha = 0.5;
    brush.fillRect(0, axisHeight, wide, height);
    brush.globalAlpha = 1;
  }

  function nameAt(name: string, at: number): void {
    brush.font = font(11, 600);
    brush.textAlign = 'left';
    brush.textBaseline = 'middle';
    brush.globalAlpha = 0.8;
    brush.fillStyle = theme.band;
    brush.fillRect(4, at + 2, brush.measureText(name).width + 6, 14);
    brush.globalAlpha = 1;
    brush.fillStyle = theme.ink;
    brush.fillText(name, 7, at + 9.5);
  }

  function paintTimes(faults: readonly LiveMark[]): void {
    brush.font = font(11);
    brush.textAlign = 'center';
    for (const { t, label } of ticks(scale.window, width, 90)) {
      const at = Math.round(scale.x(t));
      brush.fillStyle = theme.grid;
      brush.fillRect(at, axisHeight - 6, 1, height);
      brush.fillStyle = theme['ink-2'];
      const half = brush.measureText(label).width / 2;
      if (at > half && at < width - half) brush.fillText(label, at, 10);
    }
    for (const { ms } of faults) {
      const at = x(ms);
      brush.fillStyle = theme.ink;
      brush.beginPath();
      brush.moveTo(at, axisHeight);
      brush.lineTo(at - 4.5, axisHeight - 8);
      brush.lineTo(at + 4.5, axisHeight - 8);
      brush.fill();
      brush.globalAlpha = 0.5;
      brush.fillRect(Math.round(at), axisHeight, 1, height);
      brush.globalAlpha = 1;
    }
  }
}

function greatest({ paths }: LiveBars): number {
  let most = 1;
  for (const bars of paths.values()) {
    for (const { writes, reads } of bars) most = Math.max(most, writes + reads);
  }
  return most;
}
