import { ConnectionTable, OrderedStream, type ByteSink, type Segment } from '@fenceline/capture';
import { law } from '../laws.js';
import type { Random } from '../random.js';
import type { Target } from '../target.js';

const interestingSequences = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/**
 * TCP reassembly of one direction. Laws: however a stream is cut into segments, and in whatever order and how often
 * these come, its bytes come out once, in order and unchanged, up to the first that did not come.
 */
export function orderedStreamTarget(share: number): Target {
  return {
    name: 'tcp-stream',
    share,
    try(random) {
      const bytes = random.bytes(1 + random.below(120));
      const first = random.oneIn(2) ? random.word() : random.pick(interestingSequences);
      const out: number[] = [];
      const sink: ByteSink = {
        push: (from, start, end) => {
          for (let i = start; i < end; i++) out.push(from[i]!);
        },
      };
      const stream = new OrderedStream(sink, random.oneIn(2) ? 'first-seen' : 'contiguous');
      stream.begin(first | 0);
      const come = new Uint8Array(bytes.length);
      for (let segments = 1 + random.below(12); segments > 0; segments--) {
        const start = random.below(bytes.length);
        const end = Math.min(bytes.length, start + random.below(40));
        come.fill(1, start, end);
        stream.take((first + start) | 0, bytes, start, end, 0, 0);
      }
      const missing = come.indexOf(0);
      const whole = missing < 0 ? bytes.length : missing;
      law(stream.position === whole, `the stream is at ${stream.position}, not at ${whole}`);
      law(out.length === whole && out.every((byte, at) => byte === bytes[at]), 'bytes changed');
      let early = 0;
      for (let at = whole; at < come.length; at++) early += come[at]!;
      law(stream.earlyBytes === early, `${stream.earlyBytes} bytes wait, not ${early}`);
    },
  };
}

/**
 * The connections of a link, fed with segments that make sense and ones that do not. Laws: nothing is thrown; each
 * direction hands on no more bytes than came; positions never go back.
 */
export function connectionTarget(share: number): Target {
  return {
    name: 'tcp-connection',
    share,
    try(random) {
      let handed = 0;
      let brought = 0;
      const sink: ByteSink = {
        push: (_bytes, start, end) => {
          law(end > start, 'no bytes are handed on');
          handed += end - start;
        },
      };
      const half = () => ({
        sent: sink,
        delivered: sink,
        onClosed: nothing,
        onChanged: (position: number) => law(position >= 0, 'a position before the beginning'),
        onNeverSent: nothing,
        onNeverDelivered: nothing,
        onGap: nothing,
      });
      const table = new ConnectionTable(() => ({ toNode: half(), toHost: half() }));
      const next = { host: random.word(), node: random.word() };
      for (let t = 1; t < 30; t++) {
        const segment = segmentOf(random, next, t);
        brought += segment.end - segment.start;
        const views = random.pick(viewsOfSegment);
        for (const view of views) table.take(view, segment);
        law(handed <= 2 * brought, 'more bytes are handed on than came');
      }
      table.finish(30);
    },
  };
}

const viewsOfSegment = [
  ['sent', 'delivered'],
  ['sent'],
  ['delivered'],
  ['delivered', 'sent'],
] as const;

function segmentOf(random: Random, next: { host: number; node: number }, t: number): Segment {
  const from = random.oneIn(2) ? 'host' : 'node';
  const length = random.below(30);
  const wild = random.oneIn(4);
  const sequence = wild ? strayed(next[from], random) : next[from];
  if (!wild) next[from] = (next[from] + length) >>> 0;
  const other = from === 'host' ? next.node : next.host;
  return {
    from,
    hostPort: 40_000 + (random.oneIn(8) ? 1 : 0),
    nodePort: 4420,
    sequence,
    acknowledgement: random.oneIn(6) ? random.word() : other,
    flags: random.oneIn(5) ? random.below(64) : 0x10,
    bytes: random.bytes(length),
    start: 0,
    end: length,
    t,
    frame: t,
  };
}

function strayed(sequence: number, random: Random): number {
  const far = random.oneIn(4) ? random.word() : random.below(200) - 100;
  return (sequence + far) >>> 0;
}

const nothing = () => undefined;
