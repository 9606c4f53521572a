import type { ItemTile } from '../read/item-tile.js';
import type { Scene } from './scene.js';

/** What is selected, what is pointed at, and the cursor. */
export function paintChosen(scene: Scene): void {
  const { brush, theme, scale, bands, selected, hovered, cursor, items, bins } = scene;
  if (selected !== null && bins.length === 0) {
    for (const tile of items) {
      const row = tile.find(selected.apply, selected.id);
      if (row >= 0) outline(scene, tile, row, 2);
    }
  }
  if (hovered?.kind === 'item') outline(scene, hovered.tile, hovered.row, 1);
  if (cursor === null) return;
  const x = Math.round(scale.x(cursor));
  if (x < 0 || x > scale.width) return;
  brush.fillStyle = theme.cursor;
  brush.fillRect(x, 0, 1, bands.height);
}

function outline(
  { brush, theme, scale, bands }: Scene,
  tile: ItemTile,
  row: number,
  width: number,
): void {
  const band = bands.ofLane[tile.lane[row]!]!;
  const left = scale.x(tile.start[row]!);
  const room = Math.max(2, scale.x(tile.end[row]!) - left);
  brush.strokeStyle = theme.ink;
  brush.lineWidth = width;
  brush.strokeRect(
    left - 2.5,
    band.items + tile.row[row]! * band.rowHeight - 2.5,
    room + 5,
    band.rowHeight + 3,
  );
}
