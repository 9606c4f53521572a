import type { Band } from '../view/bands.js';
import { bandsWith, shadeOf, type Shade } from './paint-ground.js';
import { font, type Scene } from './scene.js';

/** The names of faults and fences in the headings of what they touch, over whatever else is there. */
export function paintNames(scene: Scene): void {
  const { header, profile } = scene;
  for (const fault of header.faults) {
    for (const band of headingsOf(scene, fault.lanes)) {
      const shade = shadeOf(scene, fault);
      if (shade !== null) nameIn(scene, fault.label, shade, band, false);
    }
  }
  for (const fence of header.fences) {
    const shade = fence.profile === profile ? shadeOf(scene, fence) : null;
    if (shade === null) continue;
    for (const band of headingsOf(scene, fence.lanes)) {
      if (band.kind === 'path') nameIn(scene, `fence, ends by ${fence.by}`, shade, band, true);
    }
  }
}

const headingsOf = (scene: Scene, lanes: readonly number[]): Band[] =>
  bandsWith(scene, lanes).filter(({ lane }) => lane === null);

/** In its span, at the edge of the picture where that lies beyond it, and not at all where there is no room. */
function nameIn(
  { brush, theme, scale }: Scene,
  name: string,
  { from, to }: Shade,
  { top, height }: Band,
  atEnd: boolean,
): void {
  const [left, right] = [Math.max(0, from) + 5, Math.min(scale.width, to) - 5];
  if (right - left < 28) return;
  brush.save();
  brush.beginPath();
  brush.rect(left, top, right - left, height);
  brush.clip();
  brush.font = font(11);
  brush.textBaseline = 'middle';
  brush.textAlign = 'left';
  const room = brush.measureText(name).width;
  const at = atEnd && room < right - left ? right - room : left;
  brush.globalAlpha = 0.8;
  brush.fillStyle = theme.heading;
  brush.fillRect(at - 3, top + 2, room + 6, height - 5);
  brush.globalAlpha = 1;
  brush.fillStyle = theme.ink;
  brush.fillText(name, at, top + (height - 1) / 2);
  brush.restore();
}
