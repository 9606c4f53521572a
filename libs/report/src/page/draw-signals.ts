import type { Pen } from './draw-picture.js';

/**
 * Cross-Controller Resets and events, each kind by a shape of its own: a diamond is a CCR, a filled circle its
 * success, a flag an event, a square a read of the log page. Runs in the browser.
 */
export function drawSignals({ scene, x, font, plate }: Pen): void {
  const { brush: b, width, picture, layout, theme, hovered } = scene;
  b.font = font;
  b.textAlign = 'left';
  /** By lane: up to where its labels reach. */
  const labelled: number[] = [];
  let drawn = '';
  for (const signal of picture.signals) {
    const at = x(signal.t);
    if (at < -6 || at > width + 6) continue;
    const place = `${signal.lane} ${signal.kind} ${Math.round(at)}`;
    const pointed = hovered?.kind === 'signal' && hovered.signal === signal;
    if (place === drawn && !pointed) continue;
    drawn = place;
    const { top, height, signals: y } = layout.lanes[signal.lane]!;
    b.strokeStyle = theme.signal;
    b.beginPath();
    b.moveTo(at, y);
    b.lineTo(at, top + height);
    b.stroke();
    const room = b.measureText(signal.label).width + 14;
    const fits = at > (labelled[signal.lane] ?? -9) && at + room < width;
    if (fits) {
      labelled[signal.lane] = at + room;
      plate(signal.label, at + 9, y + 0.5, font, theme.signal);
    }
    shape(signal.kind, at, y, pointed ? 6.5 : 5);
  }

  function shape(kind: string, at: number, y: number, r: number): void {
    b.fillStyle = theme.signal;
    b.strokeStyle = theme.lane;
    b.beginPath();
    if (kind === 'ccr') {
      b.moveTo(at, y - r);
      b.lineTo(at + r, y);
      b.lineTo(at, y + r);
      b.lineTo(at - r, y);
      b.closePath();
    } else if (kind === 'ccr-success') {
      b.arc(at, y, r, 0, 2 * Math.PI);
    } else if (kind === 'event') {
      b.moveTo(at, y - r);
      b.lineTo(at + r * 1.4, y - r / 3);
      b.lineTo(at, y + r / 2);
      b.closePath();
    } else {
      b.rect(at - r * 0.7, y - r * 0.7, r * 1.4, r * 1.4);
    }
    b.fill();
    b.stroke();
  }
}
