import { itemFlags, itemKinds, itemMarks } from '@fenceline/report/timeline';
import type { ItemTile } from '../read/item-tile.js';
import { RectBatch } from './rect-batch.js';
import type { Scene } from './scene.js';
import type { ThemeName } from './theme.js';

/** Colours of bars, by the number that stands for one here: kinds first, as they are numbered in the file. */
const looks = [
  ...itemKinds,
  'failed',
  'cited',
  'destroyed',
  'stale',
] as const satisfies ThemeName[];
const failedLook = looks.indexOf('failed');
const markLooks = itemMarks.map((mark) => (mark === 'none' ? -1 : looks.indexOf(mark)));

const batches = looks.map(() => new RectBatch());
const waiting = new RectBatch();

/** Rows of all lanes: in which column of pixels each was drawn last, and how. */
let drawnTo = new Float64Array(0);
let drawnLook = new Int8Array(0);
const mostRowsOfLane = 32;

/** A bar that is drawn after all others: few, and each has a shape. */
interface Special {
  tile: ItemTile;
  row: number;
}

/**
 * Commands and applies as bars. Those of one row that fall into the same column of pixels are drawn once, so that the cost
 * depends on the width of the picture and not on the number of commands.
 */
export function paintItems(scene: Scene): void {
  const { brush, theme, scale, items } = scene;
  const slots = scene.header.lanes.length * mostRowsOfLane;
  if (drawnTo.length < slots) {
    drawnTo = new Float64Array(slots);
    drawnLook = new Int8Array(slots);
  }
  const specials: Special[] = [];
  for (const tile of items) {
    // Each tile is in the order of its starts by itself; the one of long items begins anew.
    drawnTo.fill(-10);
    gather(scene, tile, specials);
  }
  waiting.fill(brush, theme.admin);
  looks.forEach((look, i) => batches[i]!.fill(brush, theme[look]));
  for (const special of specials) paintSpecial(scene, special);

  function gather({ bands }: Scene, tile: ItemTile, into: Special[]): void {
    const { start, end, lane, row, kind, flags, mark } = tile;
    const { from, to } = scale.window;
    const { width } = scale;
    const special = itemFlags.open | itemFlags.held | itemFlags.failed | itemFlags.keepAlive;
    for (let i = tile.firstFrom(from - tile.longest); i < tile.rows; i++) {
      if (start[i]! > to) break;
      if (end[i]! < from) continue;
      const flag = flags[i]!;
      if (mark[i]! > 0 || (flag & special) !== 0) {
        into.push({ tile, row: i });
        continue;
      }
      const left = Math.max(-1, scale.x(start[i]!));
      const right = Math.min(width + 1, scale.x(end[i]!));
      const slot = lane[i]! * mostRowsOfLane + row[i]!;
      const look = kind[i]!;
      const column = Math.floor(Math.max(right, left + 1));
      if (column <= drawnTo[slot]! && look === drawnLook[slot]) continue;
      drawnTo[slot] = column;
      drawnLook[slot] = look;
      const band = bands.ofLane[lane[i]!]!;
      const y = band.items + row[i]! * band.rowHeight;
      const thick = band.rowHeight - 2;
      if ((flag & itemFlags.waits) !== 0) {
        waiting.add(left, y + thick / 2 - 0.5, Math.max(1, right - left), 1);
      } else {
        batches[look]!.add(left, y, Math.max(1, right - left), thick);
      }
    }
  }
}

/** Whatever came out otherwise than it should, with the shape that says how. */
function paintSpecial({ brush, theme, scale, bands }: Scene, { tile, row: i }: Special): void {
  const flag = tile.flags[i]!;
  const band = bands.ofLane[tile.lane[i]!]!;
  const left = Math.max(-3, scale.x(tile.start[i]!));
  const right = Math.min(scale.width + 3, scale.x(tile.end[i]!));
  const width = Math.max(1.5, right - left);
  const y = band.items + tile.row[i]! * band.rowHeight;
  const height = band.rowHeight - 2;
  const has = (which: number): boolean => (flag & which) !== 0;
  const marked = markLooks[tile.mark[i]!]!;
  const failed = has(itemFlags.failed);
  const look: ThemeName =
    marked >= 0
      ? looks[marked]!
      : has(itemFlags.held)
        ? 'held'
        : has(itemFlags.open)
          ? 'open'
          : looks[failed ? failedLook : tile.kind[i]!]!;
  const colour = theme[look];
  brush.fillStyle = colour;
  brush.strokeStyle = colour;
  if (has(itemFlags.open) || has(itemFlags.held)) {
    hollow();
    if (has(itemFlags.held) && !has(itemFlags.open))
      brush.fillRect(left + width - 3, y - 1, 4, height + 2);
    if (has(itemFlags.open) && width > 6) point();
  } else {
    brush.fillRect(left, y, width, height);
  }
  if (failed) cross(left + width);
  if (has(itemFlags.keepAlive)) beat();

  /** Nothing had come back, or nothing had been written yet. */
  function hollow(): void {
    brush.globalAlpha = 0.24;
    brush.fillRect(left, y, width, height);
    brush.globalAlpha = 1;
    brush.lineWidth = 1;
    if (width > 3) brush.strokeRect(left + 0.5, y + 0.5, width - 1, height - 1);
    brush.fillRect(left, y, Math.min(3, width), height);
  }

  /** An end that did not come. */
  function point(): void {
    brush.beginPath();
    brush.moveTo(left + width, y - 1);
    brush.lineTo(left + width + 5, y + height / 2);
    brush.lineTo(left + width, y + height + 1);
    brush.fill();
  }

  function cross(at: number): void {
    brush.strokeStyle = theme.failed;
    brush.lineWidth = 1.5;
    brush.beginPath();
    brush.moveTo(at - 3, y);
    brush.lineTo(at + 3, y + height);
    brush.moveTo(at - 3, y + height);
    brush.lineTo(at + 3, y);
    brush.stroke();
  }

  /** A Keep Alive: a ring around where it was sent. */
  function beat(): void {
    brush.strokeStyle = theme.signal;
    brush.lineWidth = 1.25;
    brush.beginPath();
    brush.arc(left, y + height / 2, 3.5, 0, 2 * Math.PI);
    brush.stroke();
  }
}
