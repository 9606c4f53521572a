import { ticks } from '../view/ticks.js';
import type { Band } from '../view/bands.js';
import type { Brush, Scene } from './scene.js';

/** What lies behind commands and applies: bands, the grid of time, faults, fences, the end of the recording. */
export function paintGround(scene: Scene): void {
  const { brush, theme, bands, scale, header } = scene;
  brush.fillStyle = theme.ground;
  brush.fillRect(0, 0, scale.width, bands.height);
  for (const { kind, top, height } of bands.list) {
    const heading = kind === 'host' || kind === 'node' || kind === 'path';
    brush.fillStyle = heading ? theme.heading : theme.band;
    brush.fillRect(0, top, scale.width, height - 1);
  }
  brush.fillStyle = theme.grid;
  for (const { t } of ticks(scale.window, scale.width, 90)) {
    brush.fillRect(Math.round(scale.x(t)), 0, 1, bands.height);
  }
  for (const fault of header.faults) paintFault(scene, fault);
  for (const fence of header.fences) {
    if (fence.profile === scene.profile) paintFence(scene, fence);
  }
  paintEnd(scene);
}

export interface Shade {
  from: number;
  to: number;
}

export function shadeOf(
  { scale }: Scene,
  { start, end }: { start: number; end: number },
): Shade | null {
  const [from, to] = [scale.x(start), scale.x(end)];
  if (to < -1 || from > scale.width + 1) return null;
  return { from: Math.max(-2, from), to: Math.min(scale.width + 2, Math.max(to, from + 1)) };
}

/** Even grey. */
function paintFault(scene: Scene, fault: { start: number; end: number; lanes: number[] }): void {
  const { brush, theme } = scene;
  const shade = shadeOf(scene, fault);
  if (shade === null) return;
  const { from, to } = shade;
  for (const band of bandsWith(scene, fault.lanes)) {
    brush.globalAlpha = band.lane === null ? 0.34 : 0.16;
    brush.fillStyle = theme.fault;
    brush.fillRect(from, band.top, to - from, band.height - 1);
    brush.globalAlpha = 0.8;
    for (const edge of [from, to]) brush.fillRect(edge, band.top, 1, band.height - 1);
    brush.globalAlpha = 1;
  }
}

/** Slanting lines tell a fence from a fault without colour. */
function paintFence(scene: Scene, fence: { start: number; end: number; lanes: number[] }): void {
  const { brush, theme } = scene;
  const shade = shadeOf(scene, fence);
  if (shade === null) return;
  const { from, to } = shade;
  for (const band of bandsWith(scene, fence.lanes)) {
    if (band.kind !== 'path') {
      brush.globalAlpha = 0.1;
      brush.fillStyle = theme.fence;
      brush.fillRect(from, band.top, to - from, band.height - 1);
      slants(brush, from, to, band, theme.fence);
    }
    brush.globalAlpha = 0.9;
    brush.fillStyle = theme.fence;
    for (const edge of [from, to]) brush.fillRect(edge - 0.5, band.top, 2, band.height - 1);
    if (band.kind === 'path') brush.fillRect(from, band.top + band.height - 4, to - from, 2);
    brush.globalAlpha = 1;
  }
}

function slants(
  brush: Brush,
  from: number,
  to: number,
  { top, height }: Band,
  colour: string,
): void {
  brush.save();
  brush.beginPath();
  brush.rect(from, top, to - from, height - 1);
  brush.clip();
  brush.globalAlpha = 0.32;
  brush.strokeStyle = colour;
  brush.lineWidth = 1;
  brush.beginPath();
  for (let x = from - (from % 10); x < to + height; x += 10) {
    brush.moveTo(x, top);
    brush.lineTo(x - height, top + height);
  }
  brush.stroke();
  brush.restore();
}

/** The lanes, and above them the heading that they belong to. */
export function bandsWith({ bands }: Scene, lanes: readonly number[]): Band[] {
  return bands.list.filter((band) =>
    band.lane !== null
      ? lanes.includes(band.lane)
      : (band.kind === 'path' || band.kind === 'node') &&
        band.lanes.some((lane) => lanes.includes(lane)),
  );
}

/** Beyond its end nothing was seen, which is not the same as nothing was there. */
function paintEnd({ brush, theme, scale, header, bands }: Scene): void {
  const x = scale.x(header.end);
  if (x > scale.width) return;
  brush.fillStyle = theme['ink-2'];
  brush.fillRect(Math.round(x) - 1, 0, 1, bands.height);
}
