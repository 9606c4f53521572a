import type { Fence, Lane, Picture, Signal, Span } from '../picture/picture.js';
import type { PlaceRole } from './places.js';

/**
 * The timeline of a recording as one file that a browser reads by byte range: docs/timeline.md. Little-endian; times are
 * microseconds since the lab started.
 */
export const timelineMagic = 'FLTIMEL2';

/** Magic, bytes of the header's JSON, and zeros: the header begins behind it. */
export const preambleBytes = 16;

/** The first tile begins, and each tile ends, at a multiple of this. */
export const alignment = 8;

/** A bin of each overview level, µs, finest first: fixed, so that a reader knows them beforehand. */
export const overviewBinsUs: readonly number[] = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/** Bins of one overview tile. */
export const binsPerTile = 1_000;

/** Spans that the tiles of single items may have, µs; the first that needs no more than `mostTiles` is taken. */
export const itemSpansUs: readonly number[] = [
  250_000, 1_000_000, 4_000_000, 16_000_000, 64_000_000,
];

/** The most tiles of one level, so that the header stays small. */
export const mostTiles = 4_096;

/** Rows of a lane at most: what finds none free shares the last one. */
export const mostRows = 24;

/** Lines of one tile of consoles. */
export const linesPerTile = 500;

/** What stands for a moment that did not come, or for a duration beyond what a column holds. */
export const noEnd = 0xffff_ffff;
/** What stands for an answer that did not come. */
export const noStatus = 0xffff;

/**
 * `open`: no answer came, or it was never applied; its end is when its path was given up, or the recording's.
 * `waits`: an Asynchronous Event Request, which is answered when there is an event, in hours or never.
 */
export const itemFlags = { fua: 1, held: 2, failed: 4, open: 8, keepAlive: 16, waits: 32 } as const;

/** Columns of a tile of items, in their order, with the bytes of a value. Wide ones first: each is aligned. */
export const itemColumns = {
  /** Since the tile's start; in the tile of long items since the lab's start, modulo 2^32, with `startHigh` above it. */
  start: 4,
  startHigh: 4,
  /** µs; `noEnd` where it is that long or longer: until the recording ended. */
  duration: 4,
  /** µs from the start until a command was complete at the target; `noEnd` where it never was, and of applies. */
  complete: 4,
  lbaLow: 4,
  lbaHigh: 4,
  blocks: 4,
  /** Position in the history: of the command, or of the apply. */
  id: 4,
  /** Of a command: number of the frame in the capture of its sender's end. Of an apply: of the request in the journal. */
  frame: 4,
  lane: 2,
  /** SCT << 8 | SC, or `noStatus`. */
  status: 2,
  /** 0 of applies. */
  cid: 2,
  /** ns beyond the whole µs of the start, of the end. */
  startNs: 2,
  endNs: 2,
  /** Position in `itemKinds`. */
  kind: 1,
  opcode: 1,
  /** Sum of `itemFlags`. */
  flags: 1,
  /** Position in `itemMarks`. */
  mark: 1,
  /** Within its lane: what was under way at the same time has another, but for the last. */
  row: 1,
} as const;

/** Columns of an overview tile: a row is what began on one lane in one bin. */
export const binColumns = {
  count: 4,
  /** Of those: failed, without an end. */
  failed: 4,
  open: 4,
  /** µs from start to end; `noEnd` where none had an end. */
  shortest: 4,
  longest: 4,
  /** Number of the bin within the tile. */
  bin: 2,
  lane: 2,
  /** The greatest mark among them. */
  mark: 1,
  /** All flags that one of them has. */
  flags: 1,
} as const;

/** Columns of a tile of console lines; their texts follow in UTF-8, one after the other. */
export const consoleColumns = {
  /** µs since the lab started, modulo 2^32, and what is above it. */
  t: 4,
  tHigh: 4,
  /** Of the text. */
  bytes: 4,
  /** Position in the consoles' `vms`. */
  vm: 2,
} as const;

export type Columns = Readonly<Record<string, 1 | 2 | 4>>;

/** Where a tile is: its number on its level, the bytes of the file, and its rows. */
export type TileEntry = [tile: number, offset: number, bytes: number, rows: number];

/** Where a tile of console lines is, with the times of its first and its last line. */
export type ConsoleEntry = [
  first: number,
  last: number,
  offset: number,
  bytes: number,
  rows: number,
];

/** A lane, with how many rows its items take. */
export interface TimelineLane extends Lane {
  rows: number;
}

/** The JSON behind the preamble. */
export interface TimelineHeader {
  format: 'fenceline.timeline/v2';
  /** When the recording ended. */
  end: number;
  /** What to show first. */
  focus: Span;
  lanes: TimelineLane[];
  /** Single items, in the tile in which they start; longer ones than a tile are in `long` alone. */
  items: { spanUs: number; tiles: TileEntry[] };
  long: TileEntry | null;
  levels: { binUs: number; tiles: TileEntry[] }[];
  /** Lines of all VMs, in the order of time. */
  consoles: { vms: string[]; tiles: ConsoleEntry[] };
  faults: Picture['faults'];
  fences: Fence[];
  profiles: string[];
  moments: Picture['moments'];
  signals: Signal[];
  findings: IndexedFinding[];
  /** Names of commands by `a` (admin) or `i` (I/O) and opcode. */
  names: Record<string, string>;
}

/** A finding of the verdict, by its position there. */
export interface IndexedFinding extends Span {
  finding: number;
  rule: string;
  lba: number | null;
  /** Empty beyond the first `mostStories`, as steps and places are. */
  sentence: string;
  /** What the witness says, in its order. */
  steps: { t: number; what: string }[];
  places: ItemPlace[];
}

/** Where an item that a finding speaks of stands, so that it can be joined to others without its tile. */
export interface ItemPlace {
  role: PlaceRole;
  apply: boolean;
  id: number;
  lane: number;
  row: number;
  /** µs, to the ns. */
  start: number;
  end: number;
}

/** As many findings have their sentence, steps and places. */
export const mostStories = 200;

/** Bytes of a tile with so many rows. */
export function tileBytes(columns: Columns, rows: number): number {
  const row = Object.values(columns).reduce<number>((sum, width) => sum + width, 0);
  return Math.ceil((row * rows) / alignment) * alignment;
}
