import type { TimelineHeader } from '@fenceline/report/timeline';
import type { Scale } from '../view/scale.js';
import { ticks } from '../view/ticks.js';
import { font, type Brush } from './scene.js';
import type { Theme } from './theme.js';

export const axisHeight = 26;

/** Times along the upper edge, with a triangle for each step of the scenario. */
export function paintAxis(brush: Brush, theme: Theme, header: TimelineHeader, scale: Scale): void {
  const { width } = scale;
  brush.fillStyle = theme.ground;
  brush.fillRect(0, 0, width, axisHeight);
  brush.font = font(11);
  brush.textBaseline = 'middle';
  brush.textAlign = 'center';
  for (const { t, label } of ticks(scale.window, width, 90)) {
    const x = Math.round(scale.x(t));
    brush.fillStyle = theme.grid;
    brush.fillRect(x, axisHeight - 7, 1, 7);
    const half = brush.measureText(label).width / 2;
    if (x < half || x > width - half) continue;
    brush.fillStyle = theme['ink-2'];
    brush.fillText(label, x, 9);
  }
  brush.fillStyle = theme.ink;
  for (const { t } of header.moments) {
    const x = scale.x(t);
    if (x < -5 || x > width + 5) continue;
    brush.beginPath();
    brush.moveTo(x, axisHeight);
    brush.lineTo(x - 4.5, axisHeight - 8);
    brush.lineTo(x + 4.5, axisHeight - 8);
    brush.fill();
  }
}
