import type { ItemKind, ItemMark } from '../picture/picture.js';

/** A bar of the picture as the page knows it; times in microseconds since the lab started. */
export interface Bar {
  lane: number;
  kind: ItemKind;
  mark: ItemMark;
  start: number;
  end: number;
  open: boolean;
  held: boolean;
  fua: boolean;
  /** More than 1: a group, without fields of its own. */
  count: number;
  /** The shortest and the longest time from sent to answered, in µs; −1 where nothing was answered. */
  shortest: number;
  longest: number;
  /** Row inside its lane, given by `packRows`. */
  row: number;
  slba: number;
  blocks: number;
  /** −1 where it is not known. */
  payload: number;
  /** Microseconds after `start`; −1 when it never was complete at the target. */
  complete: number;
  cid: number;
  qid: number;
  opcode: number;
  /** −1 when no answer was seen. */
  status: number;
  frame: number;
  request: number;
  failed: boolean;
}

/** Reads what `encodeItems` wrote. Runs in the browser. */
export function decodeItems(
  data: string,
  count: number,
  kinds: readonly ItemKind[],
  marks: readonly ItemMark[],
): Bar[] {
  let at = 0;
  const next = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = data.charCodeAt(at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  const bars: Bar[] = [];
  let start = 0;
  for (let i = 0; i < count; i++) {
    start += next();
    const head = next();
    const flags = next();
    const kind = kinds[head % 8] ?? 'other';
    const bar: Bar = {
      lane: Math.floor(head / 8),
      kind,
      mark: marks[flags >> 4] ?? 'none',
      start,
      end: start + next(),
      open: (flags & 1) !== 0,
      held: (flags & 2) !== 0,
      fua: (flags & 8) !== 0,
      count: next(),
      shortest: -1,
      longest: -1,
      row: 0,
      slba: 0,
      blocks: 0,
      payload: -1,
      complete: -1,
      cid: 0,
      qid: 0,
      opcode: 0,
      status: -1,
      frame: 0,
      request: 0,
      failed: false,
    };
    if ((flags & 4) !== 0) {
      bar.slba = next();
      bar.blocks = next();
      bar.payload = next() - 1;
      if (kind === 'apply') {
        bar.request = next();
        bar.failed = next() !== 0;
      } else {
        bar.complete = next() - 1;
        bar.cid = next();
        bar.qid = next();
        bar.opcode = next();
        bar.status = next() - 1;
        bar.frame = next();
        if (!bar.open && bar.status >= 0) bar.shortest = bar.longest = bar.end - bar.start;
      }
    } else {
      bar.shortest = next() - 1;
      bar.longest = next() - 1;
    }
    bars.push(bar);
  }
  return bars;
}
