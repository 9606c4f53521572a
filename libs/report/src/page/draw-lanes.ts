import type { Bar } from './decode-items.js';
import type { Pen } from './draw-picture.js';

/**
 * Commands and applies as bars. A row's bars that fall into one column of pixels are drawn as one, so the
 * cost depends on the width of the picture and not on the number of commands. Runs in the browser.
 */
export function drawLanes({ scene, x, barY, inFocus, tools }: Pen): void {
  const { brush: b, width, from, to, layout, theme } = scene;
  layout.lanes.forEach((place, lane) => {
    const thick = Math.max(2, place.rowHeight - 2);
    for (const row of scene.packed[lane]?.rows ?? []) drawRow(row, thick);
  });

  function drawRow(row: readonly Bar[], thick: number): void {
    let drawnTo = -1;
    let drawnColour = '';
    for (let i = tools.firstVisible(row, from); i < row.length; i++) {
      const bar = row[i]!;
      if (bar.start > to) break;
      const left = Math.max(-2, x(bar.start));
      const right = Math.min(width + 2, x(bar.end));
      const colour = colourOf(bar);
      if (bar.mark === 'none' && right <= drawnTo && colour === drawnColour) continue;
      drawnTo = Math.ceil(right);
      drawnColour = colour;
      drawBar(bar, left, Math.max(1, right - left), barY(bar), thick, colour);
    }
  }

  function drawBar(bar: Bar, left: number, w: number, y: number, h: number, colour: string): void {
    b.fillStyle = colour;
    if (bar.open || bar.held) {
      // A hollow bar: nothing had come back, or nothing had been written yet.
      b.globalAlpha = 0.3;
      b.fillRect(left, y, w, h);
      b.globalAlpha = 1;
      b.strokeStyle = colour;
      if (w > 3) b.strokeRect(left + 0.5, y + 0.5, w - 1, h - 1);
      b.fillRect(left, y, Math.min(3, w), h);
      if (bar.held && !bar.open) {
        // Where it landed.
        if (bar.mark === 'stale' && (!inFocus || inFocus.has(bar))) b.fillStyle = theme.stale;
        b.fillRect(left + w - 3, y - 1, 4, h + 2);
      }
      if (bar.open && w > 8) {
        // An open end: the bar runs out in a point.
        b.beginPath();
        b.moveTo(left + w, y - 1);
        b.lineTo(left + w + 5, y + h / 2);
        b.lineTo(left + w, y + h + 1);
        b.closePath();
        b.fill();
      }
      return;
    }
    // An Asynchronous Event Request only waits, for hours if need be: a thin line.
    const waits = bar.kind === 'admin' && bar.opcode === 0x0c && bar.count === 1;
    if (waits) b.fillRect(left, y + h / 2 - 1, w, 2);
    else b.fillRect(left, y, w, h);
    if (bar.status > 0 || bar.failed) cross(left + w, y, h);
  }

  /** An answer with an error ends in a cross. */
  function cross(at: number, y: number, h: number): void {
    b.strokeStyle = theme.failed;
    b.lineWidth = 1.5;
    b.beginPath();
    b.moveTo(at - 3, y);
    b.lineTo(at + 3, y + h);
    b.moveTo(at - 3, y + h);
    b.lineTo(at + 3, y);
    b.stroke();
    b.lineWidth = 1;
  }

  function colourOf(bar: Bar): string {
    // While one finding is shown, only what belongs to it is set off.
    if (!inFocus || inFocus.has(bar)) {
      if (bar.mark === 'stale' && !bar.held) return theme.stale;
      if (bar.mark === 'destroyed') return theme.destroyed;
      if (bar.mark === 'cited' && !bar.held && !bar.open) return theme.cited;
    }
    if (bar.held) return theme.held;
    if (bar.open) return theme.open;
    return bar.status > 0 || bar.failed ? theme.failed : theme[bar.kind];
  }
}
