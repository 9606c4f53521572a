import type { LivePart } from '@fenceline/contracts/api';

/** What went over a path in a slice of time. Times are ms since the lab started. */
export interface LiveBar {
  fromMs: number;
  toMs: number;
  writes: number;
  reads: number;
  /** Held by the backend at the end of the slice. */
  held: number;
}

/** Something that a lab did or printed. */
export interface LiveMark {
  ms: number;
  what: string;
}

/** So many bars of a path, and marks of a kind, are kept. */
const most = 600;

/** What was heard of a lab so far, bounded: where there are too many bars, two that follow each other become one. */
export class LiveBars {
  readonly paths = new Map<string, LiveBar[]>();
  readonly consoles = new Map<string, LiveMark[]>();
  readonly faults: LiveMark[] = [];
  /** What was before was not heard of. */
  startMs = 0;
  endMs = 0;
  private lastSeq = -1;

  /** Takes the parts that are new. @param parts in the order of their numbers, which go on counting */
  add(parts: readonly { seq: number; part: LivePart }[]): void {
    for (const { seq, part } of parts) {
      if (seq <= this.lastSeq) continue;
      if (this.lastSeq < 0) this.startMs = startOf(part);
      this.lastSeq = seq;
      this.take(part);
    }
  }

  private take(part: LivePart): void {
    switch (part.kind) {
      case 'bar': {
        const { path, fromMs, toMs, writes, reads, held } = part;
        const bars = listOf(this.paths, path);
        bars.push({ fromMs, toMs, writes, reads, held });
        if (bars.length > most) this.paths.set(path, inPairs(bars));
        this.endMs = Math.max(this.endMs, toMs);
        return;
      }
      case 'console':
        keep(listOf(this.consoles, part.vm), { ms: part.ms, what: part.line });
        this.endMs = Math.max(this.endMs, part.ms);
        return;
      case 'fault':
        keep(this.faults, { ms: part.ms, what: part.what });
        this.endMs = Math.max(this.endMs, part.ms);
        return;
      case 'step':
        if (part.ms !== null) this.endMs = Math.max(this.endMs, part.ms);
    }
  }
}

/** When the first part was; 0 for one of the lab's beginning. */
function startOf(part: LivePart): number {
  const ms = (part.kind === 'bar' ? part.fromMs : part.ms) ?? 0;
  return ms < 1000 ? 0 : ms;
}

function listOf<Value>(lists: Map<string, Value[]>, name: string): Value[] {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const list: Value[] = [];
  lists.set(name, list);
  return list;
}

/** The oldest ones make way. */
function keep(marks: LiveMark[], mark: LiveMark): void {
  marks.push(mark);
  if (marks.length > most) marks.shift();
}

function inPairs(bars: readonly LiveBar[]): LiveBar[] {
  const pairs: LiveBar[] = [];
  for (let i = 0; i < bars.length; i += 2) {
    const [a, b] = [bars[i]!, bars[i + 1]];
    pairs.push(
      b === undefined
        ? a
        : {
            fromMs: a.fromMs,
            toMs: b.toMs,
            writes: a.writes + b.writes,
            reads: a.reads + b.reads,
            held: b.held,
          },
    );
  }
  return pairs;
}
