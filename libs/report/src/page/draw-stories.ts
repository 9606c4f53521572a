import type { Bar } from './decode-items.js';
import type { Pen } from './draw-picture.js';

/**
 * The findings: lines from an original to where it landed and to what it destroyed; of all that have an
 * apply, or of the selected one alone. Runs in the browser.
 */
export function drawStories({ scene, x, barY, itemsOf }: Pen): void {
  const { brush: b, picture, layout, theme, selected } = scene;
  const shown = selected ? [selected] : picture.stories.filter((story) => story.apply !== null);
  for (const story of shown) {
    b.globalAlpha = selected ? 1 : shown.length > 3 ? 0.45 : 0.8;
    const ends = itemsOf(story);
    const [original, newer, apply, newerApply] = ends;
    if (original && apply) connect(original, original.start, apply, apply.end, theme.stale);
    if (newer && newerApply)
      connect(newer, newer.start, newerApply, newerApply.end, theme.destroyed);
    if (original && newer && !apply)
      connect(original, original.start, newer, newer.start, theme.cited);
    if (apply && newerApply) connect(apply, apply.end, newerApply, newerApply.end, theme.stale);
    if (apply) ring(apply, apply.end);
    b.globalAlpha = 1;
    if (selected) {
      for (const bar of ends) if (bar) outline(bar);
    }
  }
  if (scene.hovered?.kind === 'bar') outline(scene.hovered.bar);

  function connect(a: Bar, at: number, c: Bar, to: number, colour: string): void {
    const half = layout.lanes[a.lane]!.rowHeight / 2;
    const [x1, y1, x2, y2] = [x(at), barY(a) + half, x(to), barY(c) + half];
    b.strokeStyle = colour;
    b.lineWidth = 1.5;
    b.beginPath();
    b.moveTo(x1, y1);
    const bend = Math.min(80, Math.abs(x2 - x1) / 2 + 10);
    b.bezierCurveTo(x1 + bend, y1 + (y2 - y1) * 0.1, x2 - bend, y2 - (y2 - y1) * 0.1, x2, y2);
    b.stroke();
    b.lineWidth = 1;
  }

  function ring(bar: Bar, t: number): void {
    b.strokeStyle = theme.stale;
    b.lineWidth = 2;
    b.beginPath();
    b.arc(x(t), barY(bar) + layout.lanes[bar.lane]!.rowHeight / 2, 6, 0, 2 * Math.PI);
    b.stroke();
    b.lineWidth = 1;
  }

  function outline(bar: Bar): void {
    const left = x(bar.start);
    b.strokeStyle = theme.text;
    b.lineWidth = 1.5;
    b.strokeRect(
      left - 2,
      barY(bar) - 2,
      Math.max(2, x(bar.end) - left) + 4,
      Math.max(2, layout.lanes[bar.lane]!.rowHeight - 2) + 4,
    );
    b.lineWidth = 1;
  }
}
