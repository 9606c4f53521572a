import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodeTimeline } from '../../../libs/report/dist/timeline/encode-timeline.js';
import { itemFlags, itemKinds, itemMarks } from '../../../libs/report/dist/timeline/index.js';

const queues = 4;
const usBetween = 100;
const [write, read, admin, apply] = ['write', 'read', 'admin', 'apply'].map((kind) =>
  itemKinds.indexOf(kind),
);

const stale = itemMarks.indexOf('stale');

/** Two paths of one host with an admin queue and four I/O queues each, and two array nodes. */
const lanes = [
  ...['A', 'B'].flatMap((link) =>
    Array.from({ length: queues + 1 }, (_, queue) => ({
      kind: 'queue',
      group: `host1 over ${link} to ${link}`,
      name: queue === 0 ? 'admin queue' : `I/O queue ${queue}`,
      host: 'host1',
      link,
      node: link,
    })),
  ),
  ...['A', 'B'].map((node) => ({
    ...{ kind: 'node', group: 'medium', name: `through ${node}`, host: null, link: null, node },
  })),
];

/** 0 to 1, the same for the same number. */
const noise = (n) => ((Math.imul(n ^ 0x9e3779b9, 0x85ebca6b) >>> 8) % 65_536) / 65_536;

/**
 * Writes the timeline of so many commands with the service's own writer: 10,000 a second over two paths, an apply for
 * each write, a Keep Alive now and then, and in the middle eight writes that are held and land over newer ones.
 */
export async function makeTimeline(path, commands) {
  const end = commands * usBetween + 1_000_000;
  const fault = { start: end * 0.45, end: end * 0.55 };
  const isStuck = (id, start) => id % 2 === 0 && start > fault.start && start < fault.start + 6_400;
  // Written out field by field: it is asked for each of them many times.
  const command = (id) => {
    const start = id * usBetween + noise(id) * 60;
    const beats = id % 20_000 < 2;
    const reads = !beats && id % 10 < 3;
    const stuck = !beats && !reads && isStuck(id, start);
    const queue = beats ? 0 : 1 + ((id >> 1) % queues);
    return {
      start,
      end: stuck ? fault.end : start + 400 + noise(id + 7) * 1_800,
      complete: start + 40,
      lane: (id & 1) * (queues + 1) + queue,
      kind: beats ? admin : reads ? read : write,
      opcode: beats ? 0x18 : reads ? 2 : 1,
      flags: beats ? itemFlags.keepAlive : stuck ? itemFlags.open : 0,
      mark: stuck ? stale : 0,
      status: stuck ? null : 0,
      lba: Math.floor(noise(id * 3) * 65_536) * 8,
      blocks: beats ? 0 : 8,
      id,
      cid: id % 4_096,
      frame: id * 2,
    };
  };
  const applyOf = (of) => {
    if (of.kind !== write) return null;
    const held = of.flags === itemFlags.open;
    return {
      start: of.start + 60,
      end: held ? fault.end + 60 : of.start + 150 + noise(of.id) * 200,
      complete: null,
      lane: 2 * (queues + 1) + (of.id & 1),
      kind: apply,
      opcode: 0,
      flags: held ? itemFlags.held : 0,
      mark: held ? stale : 0,
      status: null,
      lba: of.lba,
      blocks: of.blocks,
      id: of.id,
      cid: 0,
      frame: of.id,
    };
  };
  const items = {
    count: commands * 2,
    at: (index) => (index < commands ? command(index) : applyOf(command(index - commands))),
  };
  const first = Math.ceil(fault.start / usBetween);
  const original = Array.from({ length: 40 }, (_, i) => first + i).find(
    (id) => command(id).status === null,
  );
  const newer = Math.floor((fault.end - 4_000) / usBetween / 10) * 10 + 5;
  const facts = {
    end,
    focus: { start: 0, end },
    lanes,
    faults: [{ label: 'writes held of A', lanes: [10], ...fault }],
    fences: [
      {
        lanes: [0, 1, 2, 3, 4],
        profile: 'cqt-zero-10s',
        by: 'time',
        start: fault.start,
        end: fault.end,
      },
    ],
    profiles: ['cqt-zero-10s'],
    moments: [{ t: fault.start, label: 'hold writes of node A' }],
    signals: [],
    findings: [
      {
        finding: 0,
        rule: 'no-stale-overwrite',
        lba: command(original).lba,
        start: command(original).start,
        end: fault.end,
        sentence: 'A write that host1 had sent over A landed after a newer one of the same block.',
        steps: [
          { t: command(original).start, what: 'host1 sends the older write' },
          { t: command(newer).start, what: 'host1 sends the newer write' },
          { t: fault.end, what: 'the older write is applied over the newer one' },
        ],
        places: [
          { role: 'original', index: original },
          { role: 'apply', index: commands + original },
          { role: 'newer', index: newer },
          { role: 'newerApply', index: commands + newer },
        ],
      },
    ],
    names: { i1: 'Write', i2: 'Read', a24: 'Keep Alive' },
  };
  const lines = Array.from({ length: 20_000 }, (_, i) => ({
    t: Math.floor((i * end) / 20_000),
    vm: ['host1', 'A', 'B'][i % 3],
    text: `[${(i / 200).toFixed(6).padStart(12)}] nvme nvme0: line ${i} of a console that says much`,
  }));
  await pipeline(Readable.from(encodeTimeline(items, facts, lines)), createWriteStream(path));
}
