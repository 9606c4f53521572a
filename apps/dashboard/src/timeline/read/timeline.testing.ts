import type { TimelineItem, TimelineLine } from '@fenceline/report/timeline';
import { encodeTimeline, type TimelineFacts } from '@fenceline/report/timeline-writer';
import type { ByteSource } from './byte-source.js';

/** A file in memory that counts what is read from it. */
export class MemorySource implements ByteSource {
  received = 0;
  readonly reads: { offset: number; bytes: number; signal: AbortSignal | undefined }[] = [];

  constructor(readonly file: Uint8Array) {}

  async read(offset: number, bytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    this.reads.push({ offset, bytes, signal });
    await Promise.resolve();
    signal?.throwIfAborted();
    const piece = this.file.subarray(offset, offset + bytes);
    this.received += piece.length;
    return piece;
  }
}

/** A command on lane 0; give what is to be otherwise. */
export function item(id: number, of: Partial<TimelineItem> = {}): TimelineItem {
  const start = of.start ?? id * 1000;
  return {
    ...{ start, end: start + 500, complete: null, lane: 0, kind: 0, opcode: 1, flags: 0, mark: 0 },
    ...{ status: 0, lba: id, blocks: 1, cid: id % 65_536, frame: id + 1 },
    ...of,
    id,
  };
}

/** Two paths of a host and two array nodes, without anything that happened. */
export const facts: TimelineFacts = {
  end: 10_000_000,
  focus: { start: 0, end: 10_000_000 },
  lanes: [
    ...['A', 'B'].map((link) => ({
      ...{ kind: 'queue' as const, group: `host1 over ${link} to ${link}`, name: 'I/O queue 1' },
      ...{ host: 'host1', link, node: link },
    })),
    ...['A', 'B'].map((node) => ({
      ...{ kind: 'node' as const, group: 'medium', name: `through ${node}` },
      ...{ host: null, link: null, node },
    })),
  ],
  faults: [],
  fences: [],
  profiles: ['cqt-zero-10s'],
  moments: [],
  signals: [],
  findings: [],
  names: { i1: 'Write', i2: 'Read' },
};

/** The file that the service would write. */
export function timelineFile(
  items: readonly TimelineItem[],
  of: Partial<TimelineFacts> = {},
  lines: readonly TimelineLine[] = [],
): Uint8Array {
  const source = { count: items.length, at: (index: number) => items[index]! };
  const chunks = [...encodeTimeline(source, { ...facts, ...of }, lines)];
  const file = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}
