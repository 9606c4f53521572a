/** A command or an apply on the timeline. Times are µs since the lab started, with the ns behind the point. */
export interface TimelineItem {
  start: number;
  /** Where the flag `open` or `waits` is set: when its path was given up, or the recording ended. */
  end: number;
  /** When a command was complete at the target; null where it never was, and of applies. */
  complete: number | null;
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
  /** Of a command; 0 of an apply. */
  cid: number;
  /** Of a command: the frame of the capture that holds it. Of an apply: the request of the journal. */
  frame: number;
}

/** Items by number, made anew each time they are asked for, so that a million of them take no memory. */
export interface TimelineItems {
  readonly count: number;
  /** Null for one that has no lane. */
  at(index: number): TimelineItem | null;
}
