import type { SignalKind } from '@fenceline/report/timeline';
import { font, type Brush, type Scene } from './scene.js';

/**
 * What was said about resets, each kind by a shape of its own: a diamond is a Cross-Controller Reset, a disc its success, a
 * flag an event, a square a read of log page 1Eh.
 */
export function paintSignals({ brush, theme, header, bands, scale, hovered }: Scene): void {
  brush.font = font(11);
  brush.textBaseline = 'middle';
  brush.textAlign = 'left';
  const labelledTo: number[] = [];
  const drawnAt: number[] = [];
  for (const signal of header.signals) {
    const x = scale.x(signal.t);
    const band = bands.ofLane[signal.lane];
    if (x < -8 || x > scale.width + 8 || band === undefined || band.signals === null) continue;
    const pointed = hovered?.kind === 'signal' && hovered.signal === signal;
    const slot = signal.lane * 4 + kinds.indexOf(signal.kind);
    if (Math.abs((drawnAt[slot] ?? -9) - x) < 2 && !pointed) continue;
    drawnAt[slot] = x;
    brush.fillStyle = theme.signal;
    brush.globalAlpha = 0.55;
    brush.fillRect(Math.round(x), band.signals, 1, band.top + band.height - band.signals - 1);
    brush.globalAlpha = 1;
    const room = brush.measureText(signal.label).width + 16;
    if (x > (labelledTo[signal.lane] ?? -9) && x + room < scale.width) {
      labelledTo[signal.lane] = x + room;
      brush.fillText(signal.label, x + 9, band.signals + 0.5);
    }
    shape(brush, signal.kind, x, band.signals, pointed ? 6.5 : 5);
  }
}

const kinds: readonly SignalKind[] = ['ccr', 'ccr-success', 'event', 'log'];

function shape(brush: Brush, kind: SignalKind, x: number, y: number, r: number): void {
  brush.beginPath();
  switch (kind) {
    case 'ccr':
      brush.moveTo(x, y - r);
      brush.lineTo(x + r, y);
      brush.lineTo(x, y + r);
      brush.lineTo(x - r, y);
      break;
    case 'ccr-success':
      brush.arc(x, y, r, 0, 2 * Math.PI);
      break;
    case 'event':
      brush.moveTo(x, y - r);
      brush.lineTo(x + r * 1.4, y - r / 3);
      brush.lineTo(x, y + r / 2);
      break;
    case 'log':
      brush.rect(x - r * 0.7, y - r * 0.7, r * 1.4, r * 1.4);
  }
  brush.fill();
}
