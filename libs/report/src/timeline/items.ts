/** A command or an apply on the timeline. Times are µs since the lab started. */
export interface TimelineItem {
  start: number;
  /** Null where it had none. */
  end: number | null;
  lane: number;
  kind: number;
  opcode: number;
  flags: number;
  mark: number;
  /** Null where no answer came. */
  status: number | null;
  lba: number;
  blocks: number;
  id: number;
}

/** Items by number, made anew each time they are asked for, so that a million of them take no memory. */
export interface TimelineItems {
  readonly count: number;
  /** Null for one that has no lane. */
  at(index: number): TimelineItem | null;
}
