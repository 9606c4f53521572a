import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEvidence } from '@fenceline/evidence';
import {
  block,
  concat,
  TestAssociation,
  Traffic,
  type AssociationOptions,
} from '@fenceline/history/testing';
import {
  encodeC2hData,
  encodeCommand,
  encodeH2cData,
  encodeR2t,
  encodeResponse,
  encodeSqe,
} from '@fenceline/nvme';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { root, run } from '../support/run-fenceline.js';

/** A program and tshark are started for each capture. */
vi.setConfig({ testTimeout: 180_000 });

const missing = spawnSync('tshark', ['--version']).error !== undefined;
const golden = join(root, 'test/golden');
const folder = mkdtempSync(join(tmpdir(), 'fenceline-decode-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lists of `fenceline decode` and of tshark are one: commands, statuses and times. */
async function expectAlike(path: string): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['scripts/compare-decode.mjs', path]);
  expect(exitCode, stdout + stderr).toBe(0);
  return stdout;
}

/** Writes what was captured at the host's port of the only link. */
function capture(make: (traffic: Traffic) => void): string {
  const traffic = new Traffic();
  make(traffic);
  const file = join(folder, 'capture.pcapng');
  writeFileSync(file, traffic.links[0]!.captures.host.take(new ArrayBuffer(64)));
  return file;
}

function io(traffic: Traffic, options: AssociationOptions): TestAssociation {
  const association = new TestAssociation(traffic, traffic.link('A'), { cntlid: 7, ...options });
  for (let i = 0; i < 20; i++) {
    association.write(100 + i, 1000 + i, block(i + 1));
    if (i % 2 === 0) association.read(200 + i, 2000 + i, block(i), [1000]);
    association.answer(100 + i, i === 7 ? 0x280 : 0);
  }
  association.writeByR2t(300, 3000, concat(block(1), block(2)), [4096]);
  association.answer(300);
  return association;
}

/** Writes that are asked for by several R2Ts, answered in any order, their data cut in any way. */
function byR2t(traffic: Traffic): void {
  const { io: queue } = new TestAssociation(traffic, traffic.link('A'), { splits: [9, 100, 1448] });
  const data = concat(block(1), block(2), block(3));
  const sizes = [1, 511, 4096, 3000, 4680];
  for (const cid of [1, 2]) {
    const fields = { opcode: 1, cid, nsid: 1, slba: 10 * cid, blocks: 3, dataLength: data.length };
    queue.send('host', encodeCommand(encodeSqe(fields)));
  }
  let offset = 0;
  for (const length of sizes) {
    for (const cid of [2, 1]) {
      queue.send('node', encodeR2t({ cid, tag: cid, offset, length }));
      const half = Math.ceil(length / 2);
      for (const [from, to] of [
        [0, half],
        [half, length],
      ] as const) {
        if (from === to) continue;
        const part = data.subarray(offset + from, offset + to);
        const last = to === length;
        queue.send(
          'host',
          encodeH2cData({ cid, tag: cid, offset: offset + from, data: part, last }),
        );
      }
    }
    offset += length;
  }
  queue.send('node', concat(encodeResponse({ cid: 2 }), encodeResponse({ cid: 1, status: 0x281 })));
}

/** Segments are lost on both ways, sent again in other pieces, repeated, and overtake each other. */
function lossy(traffic: Traffic): void {
  const association = new TestAssociation(traffic, traffic.link('A'));
  const { io: queue } = association;
  for (let i = 0; i < 12; i++) {
    const from = queue.position('host');
    association.write(i, 100 + i, block(i + 1), { lost: i % 3 === 0 });
    const end = queue.position('host');
    if (i % 3 === 0) {
      for (const [start, stop] of [
        [from, from + 700],
        [from + 500, end],
      ] as const) {
        const again = queue.again('host', start, stop);
        traffic.sent(again);
        traffic.delivered(again);
      }
    }
    const before = queue.position('node');
    const lost = i % 4 === 1;
    association.answer(i, 0, { lost });
    const answered = queue.position('node');
    const read = encodeSqe({
      opcode: 2,
      cid: 50 + i,
      nsid: 1,
      slba: i,
      blocks: 1,
      dataLength: 4096,
    });
    queue.send('host', encodeCommand(read));
    const data = { cid: 50 + i, offset: 0, data: block(i), last: true, success: true };
    const frames = queue.send('node', encodeC2hData(data), { held: true });
    // What came behind the lost answer overtakes it, and the last two of its segments each other.
    for (const frame of [...frames.slice(0, -2), ...frames.slice(-2).reverse()]) {
      traffic.delivered(frame);
    }
    if (lost) {
      const again = queue.again('node', before, answered);
      traffic.sent(again);
      traffic.delivered(again);
    }
  }
}

/** Every command of which the specification of an I/O or admin queue has a name, and fabrics commands. */
function everyCommand(traffic: Traffic): void {
  const association = new TestAssociation(traffic, traffic.link('A'));
  const { admin, io: queue } = association;
  let cid = 0x2000;
  for (const fabricsType of [0x00, 0x04, 0x08]) {
    const dwords = { 11: 0x14, 12: 0x0046_0001 };
    const on = fabricsType === 0x08 ? queue : admin;
    on.send('host', encodeCommand(encodeSqe({ opcode: 0x7f, cid: ++cid, fabricsType, dwords })));
    on.send('node', encodeResponse({ cid }));
  }
  for (const opcode of [0x02, 0x08, 0x09, 0x0a, 0x0c, 0x18]) {
    // Of a feature: Number of Queues. At others, such as Arbitration, the dissector of tshark 4.0 breaks.
    admin.send('host', encodeCommand(encodeSqe({ opcode, cid: ++cid, dwords: { 10: 7 } })));
    admin.send('node', encodeResponse({ cid, status: opcode === 0x08 ? 0x003 : 0 }));
  }
  for (const opcode of [0x00, 0x04, 0x05, 0x08, 0x09, 0x0c, 0x0d, 0x0e, 0x11, 0x15, 0x19]) {
    const fields = { opcode, cid: ++cid, nsid: 1, slba: 5, blocks: 2 };
    queue.send('host', encodeCommand(encodeSqe(fields)));
    queue.send('node', encodeResponse({ cid, status: opcode === 0x05 ? 0x285 : 0 }));
  }
}

const cases: Record<string, (traffic: Traffic) => void> = {
  'reads and small writes': (traffic) => io(traffic, {}),
  'header and data digests': (traffic) => io(traffic, { digests: { header: true, data: true } }),
  'PDUs split at odd bytes': (traffic) => io(traffic, { splits: [5, 70, 3, 1000, 1] }),
  'digests and splits': (traffic) =>
    io(traffic, { digests: { header: true, data: true }, splits: [71, 2, 4, 1448, 3] }),
  'several queues': (traffic) => io(traffic, { queues: 3 }),
  'R2T and H2CData in any pieces': byR2t,
  'losses on both ways': lossy,
  'every command': everyCommand,
};

/** Without tshark there is nothing to compare with: `apt-get install tshark`. */
describe.skipIf(missing)('fenceline decode beside tshark', () => {
  it.each(Object.entries(cases))(
    'has the same commands, statuses and times: %s',
    async (_, make) => {
      if (missing) return;
      expect(await expectAlike(capture(make))).toMatch(/ok .* commands alike/);
    },
  );

  it('is told where the lists part', async () => {
    // At this port tshark does not look for NVMe/TCP, and we find it by its beginning.
    const file = capture((traffic) => {
      new TestAssociation(traffic, Object.assign(traffic.link('A'), { nodePort: 5555 }));
    });
    const { exitCode, stdout } = await run(['scripts/compare-decode.mjs', file]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAIL .*: we read +opcode Connect, cid 0, .*\n +tshark has nothing/);
  });

  it.each(readdirSync(golden))('does so for the golden recording %s', async (name) => {
    const evidence = await openEvidence(join(golden, name));
    try {
      await expectAlike(evidence.dir);
    } finally {
      await evidence.close();
    }
  });
});
