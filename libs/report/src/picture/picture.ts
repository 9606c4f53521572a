/**
 * The timeline picture as the page gets it: plain data. Times are microseconds since the lab started.
 *
 * `items` holds commands and applies as base64 of variable-length integers, written by `encodeItems` and
 * read by `page/decode-items`, because 100,000 of them as JSON would be many megabytes.
 */
export interface Picture {
  /** When the recording ended. */
  end: number;
  /** What the picture shows first. */
  focus: Span;
  lanes: Lane[];
  items: string;
  itemCount: number;
  /** How many commands and applies stand in `items` as groups only; 0 when each is there by itself. */
  grouped: number;
  faults: { label: string; lanes: number[]; start: number; end: number }[];
  fences: Fence[];
  /** The profiles under which fences are known, the deciding one first. */
  profiles: string[];
  moments: { t: number; label: string }[];
  signals: Signal[];
  stories: Story[];
  /** Names of commands by `a` (admin) or `i` (I/O) and opcode, e.g. `i1` → `Write`. */
  names: Record<string, string>;
}

export interface Span {
  start: number;
  end: number;
}

/** A queue of a path, or the medium as seen through one array node. Lanes of one group stand together. */
export interface Lane {
  kind: 'queue' | 'node';
  group: string;
  name: string;
  /** Of a queue: the host, and the link of its path. Null of the medium. */
  host: string | null;
  link: string | null;
  node: string;
}

/** A word of a Cross-Controller Reset or an event, as a mark on a lane; `rows` are names with values. */
export interface Signal {
  t: number;
  lane: number;
  kind: SignalKind;
  label: string;
  title: string;
  rows: [name: string, value: string][];
}

/** A CCR as it was sent, its success as it reached the host, an event, a read of log page 1Eh. */
export type SignalKind = 'ccr' | 'ccr-success' | 'event' | 'log';

/** The time in which a host must not send again elsewhere what it had sent on a path. */
export interface Fence extends Span {
  /** Every queue of the path. */
  lanes: number[];
  profile: string;
  by: string;
}

/** A finding to be shown: items by their position in `items`, drawn with lines between them. */
export interface Story extends Span {
  /** Position of the finding in the page's list. */
  finding: number;
  lba: number | null;
  original: number | null;
  apply: number | null;
  newer: number | null;
  newerApply: number | null;
}

/** Kinds of items, as numbers in the encoding. */
export const itemKinds = ['write', 'read', 'other', 'admin', 'apply'] as const;
export type ItemKind = (typeof itemKinds)[number];

/** How an item is set off: nothing, part of a story, the late apply, the write that it destroyed. */
export const itemMarks = ['none', 'cited', 'stale', 'destroyed'] as const;
export type ItemMark = (typeof itemMarks)[number];
