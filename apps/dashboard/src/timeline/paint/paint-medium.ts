import { itemMarks } from '@fenceline/report/timeline';
import { RectBatch } from './rect-batch.js';
import type { Band } from '../view/bands.js';
import type { Scene } from './scene.js';

const ordinary = new RectBatch();

/** Every apply as a stroke where it reached the medium, whichever node it came through: their order is the one that counts. */
export function paintMedium(scene: Scene): void {
  const { brush, theme, bands, scale, items, bins } = scene;
  const band = bands.list.find(({ kind }) => kind === 'medium');
  if (band === undefined) return;
  if (bins.length > 0) {
    paintTogether(scene, band);
    return;
  }
  const { from, to } = scale.window;
  const marked: { x: number; colour: string }[] = [];
  let drawn = -1;
  for (const tile of items) {
    for (let i = tile.firstFrom(from - tile.longest); i < tile.rows; i++) {
      if (tile.start[i]! > to) break;
      const at = tile.end[i]!;
      if (at < from || at > to || !tile.isApply(i) || tile.isOpen(i)) continue;
      const x = Math.round(scale.x(at));
      const mark = itemMarks[tile.mark[i]!];
      if (mark === 'stale' || mark === 'destroyed') marked.push({ x, colour: theme[mark] });
      else if (x !== drawn) ordinary.add((drawn = x), band.items, 1, band.rowHeight);
    }
  }
  ordinary.fill(brush, theme.apply, 0.75);
  for (const { x, colour } of marked) {
    brush.fillStyle = colour;
    brush.fillRect(x - 1, band.items - 3, 3, band.rowHeight + 6);
  }
}

/** How much was received through all nodes together, while single applies are too many. */
function paintTogether(
  { brush, theme, bands, scale, bins }: Scene,
  { items, rowHeight }: Band,
): void {
  const { from, to } = scale.window;
  for (const tile of bins) {
    const width = Math.max(1, scale.x(tile.from + tile.binUs) - scale.x(tile.from));
    let drawn = -1;
    for (let i = tile.firstFrom(from - tile.binUs); i < tile.rows; i++) {
      const start = tile.start(i);
      if (start > to) break;
      if (start === drawn || bands.ofLane[tile.columns.lane[i]!]?.kind !== 'applies') continue;
      drawn = start;
      ordinary.add(scale.x(start), items, width, rowHeight);
    }
  }
  ordinary.fill(brush, theme.apply, 0.4);
}
