import type { Picture, Signal, Story } from '../picture/picture.js';
import type { Bar } from './decode-items.js';
import type { Brush } from './dom.js';
import type { PackedLane } from './pack-rows.js';

/** Names of the colours that the picture draws with. */
export const themeColours = [
  'text',
  'muted',
  'grid',
  'surface',
  'lane',
  'accent',
  'write',
  'read',
  'other',
  'admin',
  'apply',
  'held',
  'open',
  'failed',
  'stale',
  'destroyed',
  'cited',
  'fault',
  'fence',
  'giveup',
  'signal',
] as const;

/** Colours by name, as the style sheet gives them for light or dark. */
export type Theme = Record<(typeof themeColours)[number], string>;

/** A strip of the picture over its whole width, in pixels from the top. */
export interface Panel {
  top: number;
  height: number;
}

export interface LanePlace extends Panel {
  /** The middle of the marks of events and resets; they stand between the lane's name and its bars. */
  signals: number;
  /** Where the first row of bars begins. */
  bars: number;
  rowHeight: number;
}

/** Where everything stands; all panels share the time axis at the bottom. */
export interface Layout {
  /** Height of the strip with the faults' names, at the top. */
  strip: number;
  lanes: LanePlace[];
  latency: Panel;
  /** One for each console. */
  consoles: Panel[];
  /** Where the panels end and the axis begins. */
  bottom: number;
  height: number;
}

/** A line of a console: its time in µs and its place in the page's list. */
export interface Line {
  t: number;
  vm: string;
  text: string;
  index: number;
}

/** What can be pointed at. */
export type Spot =
  { kind: 'bar'; bar: Bar } | { kind: 'signal'; signal: Signal } | { kind: 'line'; line: Line };

/** What the picture shows of a recording. */
export interface Content {
  picture: Picture;
  /** In the order of their starts, as all lists here are. */
  bars: readonly Bar[];
  packed: readonly PackedLane[];
  /** What a finding cites. */
  marked: readonly Bar[];
  /** The commands of I/O queues: what has a latency. */
  io: readonly Bar[];
  /** Powers of ten, in µs, between which every latency lies. */
  decades: { low: number; high: number };
  consoles: readonly { vm: string; lines: readonly Line[] }[];
  layout: Layout;
}

export interface Scene extends Content {
  brush: Brush;
  width: number;
  /** Times at the left and the right edge, in µs. */
  from: number;
  to: number;
  profile: string;
  selected: Story | null;
  hovered: Spot | null;
  cursor: number | null;
  theme: Theme;
}
