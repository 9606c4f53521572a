import type { Bar } from './decode-items.js';
import type { Pen } from './draw-picture.js';

/**
 * The latency of every I/O command over the time at which it was sent, on a logarithmic scale; those that were
 * never answered stand above it. Of the points that fall into one pixel one is drawn. Runs in the browser.
 */
export function drawLatency({ scene, x, inFocus, tools, font, plate }: Pen): void {
  const { brush: b, width, from, to, io, decades, theme } = scene;
  const panel = scene.layout.latency;
  const y = (latency: number) => Math.round(tools.latencyY(latency, panel, decades));
  drawScale();
  drawPoints();
  drawWords();
  if (scene.hovered?.kind === 'bar') mark(scene.hovered.bar, theme.text, 5);

  function drawScale(): void {
    b.strokeStyle = theme.grid;
    for (let decade = decades.low; decade <= decades.high; decade++) {
      const at = y(10 ** decade) + 0.5;
      b.beginPath();
      b.moveTo(0, at);
      b.lineTo(width, at);
      b.stroke();
    }
  }

  function drawWords(): void {
    b.textAlign = 'left';
    // Where the decades are many every second or third has a label, so that none stands on another.
    const room = Math.abs(y(1) - y(10));
    const step = Math.ceil(14 / room);
    for (let decade = decades.low; decade <= decades.high; decade += step) {
      plate(word(decade), 8, y(10 ** decade) - 7, font, theme.muted);
    }
    const end = plate('latency', 8, panel.top + 10, `600 ${font}`, theme.text);
    if (width > 330) {
      plate('of I/O, by the time sent; ▲ no answer', end + 6, panel.top + 10, font, theme.muted);
    }
  }

  /** A power of ten of µs as a duration. */
  function word(decade: number): string {
    if (decade < 3) return `${10 ** decade} µs`;
    return decade < 6 ? `${10 ** (decade - 3)} ms` : `${10 ** (decade - 6)} s`;
  }

  function drawPoints(): void {
    /** By pixel from the top: the column in which a point was drawn there last. */
    const drawnAt = new Int32Array(panel.height + 1).fill(-9);
    for (let i = tools.firstFrom(io, from); i < io.length; i++) {
      const bar = io[i]!;
      if (bar.start > to) break;
      if (bar.mark !== 'none' && (!inFocus || inFocus.has(bar))) continue;
      const column = Math.round(x(bar.start));
      const top = y(bar.longest);
      const row = top - panel.top;
      if (drawnAt[row]! > column - 2) continue;
      drawnAt[row] = column;
      if (bar.longest < 0) triangle(column, top, theme.open);
      else {
        b.fillStyle = bar.status > 0 ? theme.failed : theme[bar.kind];
        b.fillRect(column - 1, top - 1, 2, bar.count > 1 ? y(bar.shortest) - top + 2 : 2);
      }
    }
    // What a finding cites comes last, over the others, and each by itself.
    for (const bar of scene.marked) {
      if (bar.kind === 'apply' || bar.kind === 'admin' || (inFocus && !inFocus.has(bar))) continue;
      const colour =
        bar.mark === 'stale'
          ? theme.stale
          : bar.mark === 'destroyed'
            ? theme.destroyed
            : theme.cited;
      mark(bar, colour, 3.5);
    }
  }

  function mark(bar: Bar, colour: string, radius: number): void {
    if (bar.kind === 'apply' || bar.kind === 'admin') return;
    const at = x(bar.start);
    if (at < -9 || at > width + 9) return;
    if (bar.longest < 0) {
      triangle(at, y(-1), colour);
      return;
    }
    b.strokeStyle = colour;
    b.lineWidth = 1.5;
    b.beginPath();
    b.arc(at, y(bar.longest), radius, 0, 2 * Math.PI);
    b.stroke();
    b.lineWidth = 1;
  }

  function triangle(at: number, top: number, colour: string): void {
    b.fillStyle = colour;
    b.beginPath();
    b.moveTo(at, top - 4);
    b.lineTo(at + 4, top + 3);
    b.lineTo(at - 4, top + 3);
    b.closePath();
    b.fill();
  }
}
