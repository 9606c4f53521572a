import {
  binsPerTile,
  decodeLines,
  type TileEntry,
  type TimelineHeader,
  type TimelineLine,
} from '@fenceline/report/timeline';
import type { Window } from '../view/window.js';
import { decodeBinTile, type BinTile } from './bin-tile.js';
import type { ByteSource } from './byte-source.js';
import { baseLevel, detailOf, tilesIn, type Detail } from './detail.js';
import { decodeItemTile, type ItemTile } from './item-tile.js';
import { RangeCache, type Piece } from './range-cache.js';

/** What there is of a window. */
export interface Loaded {
  detail: Detail;
  /** Only where the detail is single items. */
  items: ItemTile[];
  bins: BinTile[];
  /** The bins of the whole recording, with the spans in which nothing better is there yet. */
  standIn: { bins: BinTile[]; spans: Window[] };
  lines: TimelineLine[];
}

const mostItemBytes = 48 * 1024 * 1024;
const mostBinBytes = 16 * 1024 * 1024;
const mostLineBytes = 4 * 1024 * 1024;
/** Console lines of a wider window are not all there: the strokes would be one. */
const mostLineTiles = 24;

/** The tiles of a timeline that are looked at, and a bounded number of those that were. */
export class TileSet {
  private readonly items: RangeCache<ItemTile>;
  private readonly bins: RangeCache<BinTile>;
  private readonly consoles: RangeCache<TimelineLine[]>;
  private readonly base: number;

  /** @param changed something came, or failed */
  constructor(
    private readonly header: TimelineHeader,
    source: ByteSource,
    changed: () => void,
  ) {
    this.items = new RangeCache(source, mostItemBytes, changed);
    this.bins = new RangeCache(source, mostBinBytes, changed);
    this.consoles = new RangeCache(source, mostLineBytes, changed);
    this.base = baseLevel(header);
  }

  private get caches(): readonly RangeCache<unknown>[] {
    return [this.items, this.bins, this.consoles];
  }

  get waiting(): boolean {
    return this.caches.some(({ waiting }) => waiting);
  }

  get problem(): Error | null {
    return this.caches.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  retry(): void {
    for (const cache of this.caches) cache.retry();
  }

  close(): void {
    for (const cache of this.caches) cache.close();
  }

  /** Asks for what a window needs, and a little on both sides of it, and gives what is there. */
  show(window: Window, width: number): Loaded {
    const { header } = this;
    const detail = detailOf(header, window, width);
    const around = this.around(window);
    const single = detail.kind === 'items';
    const entries = single ? this.itemEntries(window) : [];
    const level = single ? this.base : detail.level;
    this.items.want(
      single ? [...entries, ...this.itemEntries(around)].map((entry) => this.itemPiece(entry)) : [],
    );
    this.bins.want([
      ...this.binPieces(this.base, { from: 0, to: header.end }),
      ...this.binPieces(level, window),
      ...this.binPieces(level, around),
    ]);
    const lines = this.lineEntries(window);
    this.consoles.want(lines.map((entry) => this.linePiece(entry)));
    const items = present(
      this.items,
      entries.map((entry) => entry[1]),
    );
    const bins = single
      ? []
      : present(
          this.bins,
          this.binEntries(level, window).map((e) => e[1]),
        );
    return {
      detail,
      items,
      bins,
      standIn: {
        bins: present(
          this.bins,
          this.binEntries(this.base, window).map((entry) => entry[1]),
        ),
        spans: single ? this.missingItems(window) : this.missingBins(level, window),
      },
      lines: present(
        this.consoles,
        lines.map((entry) => entry[2]),
      ).flat(),
    };
  }

  private around({ from, to }: Window): Window {
    const half = (to - from) / 2;
    return { from: from - half, to: to + half };
  }

  /** The long items too, and the tile before: what began there may last into the window. */
  private itemEntries({ from, to }: Window): TileEntry[] {
    const { items, long } = this.header;
    const tiles = tilesIn(items.tiles, items.spanUs, { from: from - items.spanUs, to });
    return long === null ? tiles : [long, ...tiles];
  }

  private itemPiece(entry: TileEntry): Piece<ItemTile> {
    const { items, long, end } = this.header;
    const spanUs = entry === long ? 0 : items.spanUs;
    return {
      offset: entry[1],
      bytes: entry[2],
      decode: (bytes) => decodeItemTile(bytes, entry, spanUs, end),
    };
  }

  private binEntries(level: number, window: Window): TileEntry[] {
    const of = this.header.levels[level];
    return of === undefined ? [] : tilesIn(of.tiles, of.binUs * binsPerTile, window);
  }

  private binPieces(level: number, window: Window): Piece<BinTile>[] {
    const binUs = this.header.levels[level]?.binUs ?? 1;
    return this.binEntries(level, window).map((entry) => ({
      offset: entry[1],
      bytes: entry[2],
      decode: (bytes) => decodeBinTile(bytes, entry, binUs),
    }));
  }

  private missingItems(window: Window): Window[] {
    const { spanUs, tiles } = this.header.items;
    return tilesIn(tiles, spanUs, window)
      .filter((entry) => this.items.get(entry[1]) === undefined)
      .map(([tile]) => ({ from: tile * spanUs, to: (tile + 1) * spanUs }));
  }

  private missingBins(level: number, window: Window): Window[] {
    const span = (this.header.levels[level]?.binUs ?? 1) * binsPerTile;
    return this.binEntries(level, window)
      .filter((entry) => this.bins.get(entry[1]) === undefined)
      .map(([tile]) => ({ from: tile * span, to: (tile + 1) * span }));
  }

  private lineEntries({ from, to }: Window): TimelineHeader['consoles']['tiles'] {
    const seen = this.header.consoles.tiles.filter(([first, last]) => first <= to && last >= from);
    return seen.length <= mostLineTiles ? seen : [];
  }

  private linePiece([, , offset, bytes, rows]: TimelineHeader['consoles']['tiles'][number]) {
    const { vms } = this.header.consoles;
    return { offset, bytes, decode: (of: Uint8Array) => decodeLines(of, rows, vms) };
  }
}

function present<Value>(cache: RangeCache<Value>, offsets: readonly number[]): Value[] {
  return offsets.flatMap((offset) => cache.get(offset) ?? []);
}
