import type { Pen } from './draw-picture.js';

/** The cursor: one moment, through all panels, with its time on the axis. Runs in the browser. */
export function drawCursor({ scene, x, font }: Pen): void {
  const { brush: b, width, cursor, layout, theme } = scene;
  if (cursor === null) return;
  const at = Math.round(x(cursor)) + 0.5;
  if (at < 0 || at > width) return;
  b.strokeStyle = theme.accent;
  b.lineWidth = 1.5;
  b.beginPath();
  b.moveTo(at, layout.strip);
  b.lineTo(at, layout.bottom + 4);
  b.stroke();
  b.lineWidth = 1;
  const label = `${(cursor / 1e6).toFixed(6)} s`;
  b.font = `600 ${font}`;
  b.textAlign = 'center';
  const room = b.measureText(label).width + 12;
  const middle = Math.min(Math.max(at, room / 2), width - room / 2);
  b.fillStyle = theme.accent;
  b.fillRect(middle - room / 2, layout.bottom + 5, room, 17);
  b.fillStyle = theme.surface;
  b.fillText(label, middle, layout.bottom + 14);
  b.font = font;
}
