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
  const at = (start, took, item) => ({
    start,
    end: start + took,
    complete: null,
    opcode: 1,
    flags: 0,
    mark: 0,
    status: 0,
    blocks: 8,
    ...item,
  });
  const command = (id) => {
    const start = id * usBetween + noise(id) * 60;
    const path = id & 1;
    const took = 400 + noise(id + 7) * 1_800;
    const cid = id % 4_096;
    const common = { id, cid, frame: id * 2, lba: Math.floor(noise(id * 3) * 65_536) * 8 };
    if (id % 20_000 < 2) {
      const lane = path * (queues + 1);
      const flags = itemFlags.keepAlive;
      return at(start, took, { ...common, lane, kind: admin, opcode: 0x18, flags, blocks: 0 });
    }
    const lane = path * (queues + 1) + 1 + ((id >> 1) % queues);
    const complete = start + 40;
    if (id % 10 < 3) return at(start, took, { ...common, lane, complete, kind: read, opcode: 2 });
    const stuck = path === 0 && start > fault.start && start < fault.start + 800 * 8;
    if (!stuck) return at(start, took, { ...common, lane, complete, kind: write });
    const held = { kind: write, flags: itemFlags.open, status: null };
    return at(start, fault.end - start, { ...common, lane, complete, ...held });
  };
  const items = {
    count: commands * 2,
    at: (index) => {
      if (index < commands) return command(index);
      const of = command(index - commands);
      if (of.kind !== write) return null;
      const held = (of.flags & itemFlags.open) !== 0;
      const took = held ? fault.end - of.start : 90 + noise(of.id) * 200;
      const lane = 2 * (queues + 1) + (of.id & 1);
      const flags = held ? itemFlags.held : 0;
      const mark = held ? itemMarks.indexOf('stale') : 0;
      return at(of.start + 60, took, {
        ...of,
        kind: apply,
        lane,
        flags,
        mark,
        status: null,
        cid: 0,
      });
    },
  };
  const first = Math.ceil(fault.start / usBetween / 2) * 2 + 2;
  const isStuck = (id) => (command(id).flags & itemFlags.open) !== 0;
  const original = Array.from({ length: 40 }, (_, i) => first + i).find(isStuck);
  const newer = Math.floor((fault.end - 2_000) / usBetween / 10) * 10 + 5;
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
