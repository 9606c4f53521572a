import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashBlock } from '@fenceline/capture';
import {
  encodeC2hData,
  encodeCcrLog,
  encodeCommand,
  encodeResponse,
  encodeSqe,
} from '@fenceline/nvme';
import { never, type History } from '../model.js';
import {
  block,
  BLOCK,
  chunksOf,
  concat,
  TestAssociation,
  TestConnection,
  Traffic,
} from '../traffic.testing.js';
import { buildHistory } from './build-history.js';

const writesOf = (history: History) => history.commands.filter(({ op }) => op === 'write');

/** Two paths, A and B, each with one I/O queue. */
function twoPaths() {
  const traffic = new Traffic();
  const a = new TestAssociation(traffic, traffic.link('A'), { cntlid: 1 });
  const b = new TestAssociation(traffic, traffic.link('B'), { cntlid: 100 });
  return { traffic, a, b };
}

describe('a healthy path', () => {
  it('gives associations, commands and applies that are joined', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'), {
      cntlid: 7,
      katoMs: 4300,
      identify: { cqtMs: 20 },
    });
    const before = traffic.t;
    path.write(1, 10, block(1));
    const sentBy = traffic.t;
    traffic.apply('A', 10, block(1));
    path.answer(1);
    path.read(2, 10, block(1), [100, 2000]);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toEqual([]);
    expect(history.remarks).toEqual([]);
    expect(history.associations).toHaveLength(1);
    expect(history.associations[0]).toMatchObject({
      label: 'host1 over A, CNTLID 7 (#0)',
      cntlid: 7,
      katoMs: 5000,
      tbkas: true,
      cqtMs: 20,
      giveUpAt: never,
    });
    expect(history.associations[0]!.connections.map(({ qid }) => qid)).toEqual([0, 1]);
    const [write, read] = history.commands.slice(-2);
    expect(write).toMatchObject({ name: 'Write', cid: 1, slba: 10, blocks: 1, status: 0 });
    expect(write!.sentAt).toBe(before + 1000);
    expect(write!.completeAt).toBe(sentBy);
    expect(write!.answeredAt).toBeGreaterThan(write!.answerSentAt);
    expect(write!.sentFrame.file).toBe('captures/A.host.pcapng');
    expect(read).toMatchObject({ name: 'Read', op: 'read', payloads: write!.payloads });
    expect(history.applies).toHaveLength(1);
    expect(history.applies[0]!.candidates).toEqual([[write!.id]]);
    expect(history.payloadHashes[write!.payloads[0]!]).toMatch(/^[0-9a-f]{16}$/);
    history.commands.forEach(({ id }, position) => expect(id).toBe(position));
  });

  it('counts frames as Wireshark does', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const path = new TestAssociation(traffic, link);
    const number = link.frames.host + 1;
    path.write(1, 10, block(1));
    const history = await buildHistory(traffic.recording());
    expect(writesOf(history)[0]!.sentFrame.frame).toBe(number);
  });

  it('knows multi-block writes by R2T, with zero blocks as payload 0, split and merged at the backend', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    const data = concat(block(1), block(0), block(2));
    path.writeByR2t(1, 0, data, [5000, 100]);
    path.write(2, 3, block(3));
    traffic.apply('A', 0, data.subarray(0, BLOCK));
    traffic.apply('A', 1, concat(data.subarray(BLOCK), block(3)));
    path.answer(1);
    path.answer(2);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toEqual([]);
    const [first, second] = writesOf(history);
    expect(first!.payloads).toHaveLength(3);
    expect(first!.payloads[1]).toBe(0);
    expect(first!.completeAt).toBeGreaterThan(first!.sentAt);
    expect(history.applies.map(({ candidates }) => candidates)).toEqual([
      [[first!.id]],
      [[first!.id], [first!.id], [second!.id]],
    ]);
  });

  it('gives the same history with frames sent and delivered at one time', async () => {
    const traffic = new Traffic(true);
    const path = new TestAssociation(traffic, traffic.link('A'));
    traffic.tick();
    path.write(1, 10, block(1));
    traffic.apply('A', 10, block(1));
    path.answer(1);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toEqual([]);
    expect(writesOf(history)[0]!.status).toBe(0);
    expect(history.applies[0]!.candidates).toEqual([[writesOf(history)[0]!.id]]);
  });

  it('gives the same history however TCP and the files are split, with digests or without', async () => {
    const build = async (splits: number[] | undefined, chunk: number, digests: boolean) => {
      const traffic = new Traffic();
      const path = new TestAssociation(traffic, traffic.link('A'), {
        digests: { header: digests, data: digests },
        isn: { host: 0xffff_f000, node: 0xffff_fff0 },
        ...(splits && { splits }),
      });
      path.write(1, 10, concat(block(1), block(2)));
      path.writeByR2t(2, 20, concat(block(3), block(0)), [5001, 17]);
      path.answer(2);
      path.read(3, 10, concat(block(1), block(2)), [1, 4097]);
      const history = await buildHistory(traffic.recording(chunk));
      expect(history.problems).toEqual([]);
      expect(history.remarks).toEqual([]);
      return history.commands.map(({ name, cid, slba, blocks, payloads, status }) => ({
        name,
        cid,
        slba,
        blocks,
        payloads,
        status,
      }));
    };
    const plain = await build(undefined, 64 * 1024, false);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 1448 }), { maxLength: 30 }),
        fc.integer({ min: 40, max: 5000 }),
        fc.boolean(),
        async (splits, chunk, digests) => {
          expect(await build(splits, chunk, digests)).toEqual(plain);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('leaves out what a deallocation names beyond the namespace', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    const blocks = traffic.topology().namespaceBytes / BLOCK;
    path.deallocate(1, [
      { slba: blocks - 3, blocks: 0xffff_ffff },
      { slba: 2 ** 60, blocks: 0xffff_ffff },
    ]);
    const history = await buildHistory(traffic.recording());
    expect(history.commands.at(-1)!.ranges).toEqual([
      { slba: blocks - 3, blocks: 3 },
      { slba: 2 ** 60, blocks: 0 },
    ]);
  });

  it('doubts a journal with a request that lies beyond the medium', async () => {
    const traffic = new Traffic();
    new TestAssociation(traffic, traffic.link('A'));
    const { namespaceBytes } = traffic.topology();
    traffic.apply('A', namespaceBytes / BLOCK - 1, block(1));
    for (const slba of [namespaceBytes / BLOCK, 2 ** 50]) traffic.apply('A', slba, block(1));
    const history = await buildHistory(traffic.recording());
    expect(history.applies).toHaveLength(1);
    expect(history.problems.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'request 2 lies beyond the end of the medium',
        'request 3 lies beyond the end of the medium',
      ]),
    );
  });

  it('knows the ranges of a deallocation', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    path.deallocate(1, [
      { slba: 5, blocks: 2 },
      { slba: 90, blocks: 1 },
    ]);
    const history = await buildHistory(traffic.recording());
    expect(history.commands.at(-1)).toMatchObject({
      op: 'deallocate',
      slba: 5,
      blocks: 2,
      ranges: [
        { slba: 5, blocks: 2 },
        { slba: 90, blocks: 1 },
      ],
    });
  });
});

describe('the stamps of a recording', () => {
  it('are exact on virtual time alone', async () => {
    const traffic = new Traffic();
    new TestAssociation(traffic, traffic.link('A'), { cntlid: 7 });
    const machine = await buildHistory(traffic.recording());
    const virtual = await buildHistory({ ...traffic.recording(), virtualTime: true });
    expect(machine.uncertaintyAt(traffic.t)).toBeGreaterThan(1_000_000);
    expect(virtual.uncertaintyAt(traffic.t)).toBe(1);
  });
});

describe('loss, retransmission and order', () => {
  it('takes a command for sent at its first transmission and for complete at the one that arrived', async () => {
    const { traffic, a } = twoPaths();
    const start = a.io.position('host');
    a.write(1, 10, block(1), { lost: true });
    const sentBy = traffic.t;
    const again = a.io.again('host', start, a.io.position('host'));
    traffic.tick(5_000_000);
    traffic.sent(again);
    traffic.delivered(again);
    const history = await buildHistory(traffic.recording());
    const [write] = writesOf(history);
    expect(write!.sentAt).toBeLessThanOrEqual(sentBy);
    expect(write!.completeAt).toBeGreaterThan(sentBy + 5_000_000);
    expect(history.associations[0]!.lastNewHostBytesAt).toBe(sentBy);
    expect(history.associations[0]!.lastCompleteAt).toBe(write!.completeAt);
    expect(history.problems).toEqual([]);
  });

  it('does not take a command for complete while an earlier byte of its connection is missing', async () => {
    const { traffic, a } = twoPaths();
    const start = a.io.position('host');
    a.write(1, 10, block(1), { lost: true });
    const end = a.io.position('host');
    a.write(2, 11, block(2));
    const before = traffic.t;
    const again = a.io.again('host', start, end);
    traffic.sent(again);
    traffic.delivered(again);
    const history = await buildHistory(traffic.recording());
    const [first, second] = writesOf(history);
    expect(first!.completeAt).toBeGreaterThan(before);
    expect(second!.completeAt).toBe(first!.completeAt);
  });

  it('never completes a command whose bytes were lost', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1), { splits: [2000, 1000, 1500], lost: true });
    const history = await buildHistory(traffic.recording());
    expect(writesOf(history)[0]).toMatchObject({ completeAt: never, answeredAt: never });
    expect(history.problems).toEqual([]);
  });

  it('keeps an answer that left the node apart from one that arrived', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    a.answer(1, 0x302, { lost: true });
    const history = await buildHistory(traffic.recording());
    const [write] = writesOf(history);
    expect(write).toMatchObject({ answeredAt: never, status: 0x302 });
    expect(write!.answerSentAt).toBeLessThan(never);
    expect(write!.answerFrame!.file).toBe('captures/A.node.pcapng');
  });

  it('matches answers to a CID that was used again', async () => {
    const { traffic, a } = twoPaths();
    for (const payload of [1, 2, 3]) {
      a.write(5, 10, block(payload));
      a.answer(5, payload === 2 ? 0x280 : 0);
    }
    const history = await buildHistory(traffic.recording());
    expect(writesOf(history).map(({ status }) => status)).toEqual([0, 0x280, 0]);
  });

  it('remarks bytes that changed in a retransmission, and attributes by what was delivered', async () => {
    const { traffic, a } = twoPaths();
    const start = a.io.position('host');
    a.write(1, 10, block(1), { lost: true });
    const changed = concat(a.writeCapsule(1, 10, block(2)));
    const again = a.io.carrying('host', start, changed);
    traffic.sent(again);
    traffic.delivered(again);
    traffic.apply('A', 10, block(2));
    const history = await buildHistory(traffic.recording());
    const [write] = writesOf(history);
    expect(write!.deliveredPayloads).not.toEqual(write!.payloads);
    expect(history.applies[0]!.candidates).toEqual([[write!.id]]);
    expect(history.remarks.map(({ text }) => text)).toEqual([
      expect.stringContaining('a retransmission by the host differs'),
      expect.stringContaining('was delivered with other bytes than were sent first'),
    ]);
  });

  it('remarks a digest that does not match', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'), {
      digests: { header: true, data: true },
    });
    const capsule = path.writeCapsule(1, 10, block(1));
    capsule[1000]! ^= 1;
    path.io.send('host', capsule);
    const history = await buildHistory(traffic.recording());
    expect(history.remarks[0]!.text).toContain('a data digest that does not match');
  });
});

describe('give-up', () => {
  it('is the first FIN or RST of any connection, as sent by the host', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    a.admin.close('host', 'rst', true);
    const at = traffic.t;
    a.io.close('host', 'fin', true);
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]).toMatchObject({ giveUpAt: at, giveUpBy: 'rst' });
    expect(history.associations[0]!.giveUpAtFrame!.file).toBe('captures/A.host.pcapng');
    expect(history.associations[1]!.giveUpAt).toBe(never);
  });

  it('is the RST of the node that leaves the host no connection', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    a.admin.close('node', 'rst');
    a.io.close('node', 'rst');
    const at = traffic.t;
    const history = await buildHistory(traffic.recording());
    const [lost, other] = history.associations;
    expect(lost).toMatchObject({ giveUpAt: at, allResetAt: at, giveUpBy: 'rst' });
    expect(lost!.giveUpAtFrame!.file).toBe('captures/A.host.pcapng');
    expect(other!.giveUpAt).toBe(never);
  });

  it('is no RST of the node that is lost, that stands behind a gap, or that leaves a connection open', async () => {
    const lost = twoPaths();
    lost.a.admin.close('node', 'rst');
    lost.a.io.close('node', 'rst', true);
    const gap = twoPaths();
    gap.a.write(1, 10, block(1));
    gap.a.answer(1, 0, { lost: true });
    gap.a.admin.close('node', 'rst');
    gap.a.io.close('node', 'rst');
    const open = twoPaths();
    open.a.admin.close('node', 'rst');
    for (const { traffic } of [lost, gap, open]) {
      const history = await buildHistory(traffic.recording());
      expect(history.associations[0]).toMatchObject({ giveUpAt: never, giveUpBy: null });
    }
  });

  it('is a retry of an outstanding command elsewhere where no socket was closed', async () => {
    const { traffic, a, b } = twoPaths();
    a.write(1, 10, concat(block(1), block(2)));
    b.write(1, 11, block(3));
    b.write(2, 11, block(2));
    const history = await buildHistory(traffic.recording());
    const retry = writesOf(history)[2]!;
    expect(history.associations[0]).toMatchObject({ giveUpAt: retry.sentAt, giveUpBy: 'retry' });
    expect(history.associations[1]!.giveUpBy).toBeNull();
  });

  it('is no retry after the answer was delivered', async () => {
    const { traffic, a, b } = twoPaths();
    a.write(1, 10, block(1));
    a.answer(1);
    b.write(1, 10, block(1));
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]!.giveUpAt).toBe(never);
  });

  it('remarks a command that becomes complete after it', async () => {
    const { traffic, a } = twoPaths();
    const held = a.write(1, 10, block(1), { held: true });
    a.io.close('host', 'rst', true);
    for (const frame of held) traffic.delivered(frame);
    const history = await buildHistory(traffic.recording());
    expect(history.remarks[0]!.text).toContain('late delivery: Write CID 1');
    expect(history.associations[0]!.lastCompleteAt).toBeGreaterThan(
      history.associations[0]!.lastNewHostBytesAt,
    );
  });

  it('counts no command that comes to a connection which its node has closed', async () => {
    const { traffic, a } = twoPaths();
    const held = a.write(1, 10, block(1), { held: true });
    a.io.close('node', 'rst', true);
    const before = traffic.t;
    for (const frame of held) traffic.delivered(frame);
    const [association] = (await buildHistory(traffic.recording())).associations;
    expect(association!.lastCompleteAt).toBeLessThan(before);
  });

  it('leaves a reconnection to be an association of its own', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const first = new TestAssociation(traffic, link, { cntlid: 1 });
    first.write(1, 10, block(1));
    first.io.close('host', 'rst');
    const second = new TestAssociation(traffic, link, { cntlid: 1 });
    second.write(1, 10, block(1));
    second.answer(1);
    const history = await buildHistory(traffic.recording());
    expect(history.associations.map(({ label }) => label)).toEqual([
      'host1 over A, CNTLID 1 (#0)',
      'host1 over A, CNTLID 1 (#1)',
    ]);
    expect(writesOf(history).map(({ association }) => association)).toEqual([0, 1]);
    expect(history.associations[1]!.connections).toHaveLength(2);
  });

  it('sees a retry through the second port of one node', async () => {
    const traffic = new Traffic();
    const a = new TestAssociation(traffic, traffic.link('A1', 'A'), { cntlid: 1 });
    const b = new TestAssociation(traffic, traffic.link('A2', 'A'), { cntlid: 2 });
    a.write(1, 10, block(1));
    const early = traffic.received('A', 10, block(1));
    b.write(1, 10, block(1));
    const late = traffic.received('A', 10, block(1));
    traffic.applied(late);
    b.answer(1);
    traffic.applied(early);
    const history = await buildHistory(traffic.recording());
    const [original, retry] = writesOf(history);
    expect(history.associations[0]!.giveUpBy).toBe('retry');
    expect(history.applies.map(({ request, candidates }) => [request, candidates])).toEqual([
      [late, [[original!.id, retry!.id]]],
      [early, [[original!.id]]],
    ]);
  });
});

describe('attribution', () => {
  it('knows the path of a request where each port has an export of its own', async () => {
    const traffic = new Traffic();
    const a = new TestAssociation(traffic, traffic.link('A1', 'A', 'host1', 'A.1'), { cntlid: 1 });
    const b = new TestAssociation(traffic, traffic.link('A2', 'A', 'host1', 'A.2'), { cntlid: 2 });
    a.write(1, 10, block(1));
    b.write(1, 10, block(1));
    const late = traffic.received('A.1', 10, block(1));
    traffic.applied(traffic.received('A.2', 10, block(1)));
    traffic.applied(late);
    traffic.apply('A.2', 11, block(2));
    const history = await buildHistory(traffic.recording());
    const [original, retry] = writesOf(history);
    expect(history.applies).toMatchObject([
      { node: 'A', link: 'A2', candidates: [[retry!.id]] },
      { node: 'A', link: 'A1', candidates: [[original!.id]] },
      {
        node: 'A',
        link: 'A2',
        unattributed: 'block 11: no command with these bytes was sent to A',
      },
    ]);
  });

  it('says why an apply has no candidate', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    traffic.apply('A', 20, block(9));
    traffic.apply('B', 10, block(1));
    a.write(2, 11, block(2), { lost: true });
    traffic.apply('A', 11, block(2));
    a.answer(1);
    traffic.apply('A', 10, block(1));
    const history = await buildHistory(traffic.recording());
    expect(history.applies.map(({ unattributed }) => unattributed)).toEqual([
      'block 20: no command with these bytes was sent to A',
      'block 10: no command with these bytes was sent to B',
      'block 11: no command with these bytes was complete at A before the backend received the request',
      'block 10: every command with these bytes had been answered before the backend received the request',
    ]);
    expect(history.problems).toHaveLength(3);
    expect(history.problems[0]!.message).toContain('its bytes were never delivered');
  });

  it('takes bytes that a node changed for no contradiction, and names the command that they are of', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    traffic.apply('A', 10, block(9));
    a.answer(1);
    // Once it is answered nothing fits.
    traffic.apply('A', 10, block(8));
    const history = await buildHistory(traffic.recording());
    const [write] = writesOf(history);
    expect(history.applies[0]).toMatchObject({
      candidates: [[]],
      altered: [{ lba: 10, commands: [write!.id] }],
      unattributed: 'block 10: node A wrote other bytes than it was given',
    });
    expect(history.applies[1]!.altered).toBeUndefined();
    expect(history.problems).toHaveLength(1);
  });

  it('numbers the blocks of the final image as it does payloads', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    const [sent, ones] = [hashBlock(block(1)), hashBlock(new Uint8Array(4096).fill(0xff))];
    const finalImage = [{ slba: 10, hashes: [sent, ones] }];
    const history = await buildHistory({ ...traffic.recording(), finalImage });
    const payload = writesOf(history)[0]!.payloads[0]!;
    expect([...history.finalImage!]).toEqual([
      [10, payload],
      [11, history.onesPayload],
    ]);
  });

  it('keeps what was held, failed and never applied behind what was applied', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    a.write(2, 11, block(2));
    a.write(3, 12, block(3));
    const held = traffic.received('A', 10, block(1));
    traffic.journal.held(traffic.tick(), held);
    const heldAt = traffic.t;
    const failed = traffic.received('A', 11, block(2));
    traffic.journal.failed(traffic.tick(), failed, 5);
    traffic.apply('A', 12, block(3));
    const history = await buildHistory(traffic.recording());
    expect(history.applies).toMatchObject([
      { id: 0, request: 3, failed: false, heldAt: null },
      { id: 1, request: 1, appliedAt: never, heldAt },
      { id: 2, request: 2, appliedAt: never, failed: true },
    ]);
    expect(history.applies.every(({ candidates }) => candidates[0]!.length === 1)).toBe(true);
  });
});

describe('fence ends', () => {
  const identify = { ciu: 3, cirn: 0x1234_5678_9abc_def0n, ccrl: 4 };
  const ccr = {
    opcode: 0x38,
    dwords: { 10: (3 << 16) | 1, 12: 0x9abc_def0, 13: 0x1234_5678 },
  };

  function ccrPaths() {
    const traffic = new Traffic();
    const impaired = new TestAssociation(traffic, traffic.link('A'), { cntlid: 1, identify });
    const source = new TestAssociation(traffic, traffic.link('B'), { cntlid: 2 });
    return { traffic, impaired, source };
  }

  function readLog(source: TestAssociation, status: number): void {
    const data = encodeCcrLog([{ icid: 1, ciu: 3, status }]);
    const cid = source.adminCommand({
      opcode: 0x02,
      dataLength: data.length,
      dwords: { 10: 0x1e },
    });
    source.respond(
      source.admin,
      encodeC2hData({ cid, offset: 0, data, last: true, success: true }),
    );
  }

  it('takes IRS=1 for success, and the CCR for the give-up', async () => {
    const { traffic, source } = ccrPaths();
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 1 }));
    const at = traffic.t;
    const history = await buildHistory(traffic.recording());
    const command = history.commands.at(-1)!;
    expect(history.associations[0]).toMatchObject({
      giveUpBy: 'ccr',
      giveUpAt: command.sentAt,
      ccrSuccessDeliveredAt: at,
      ccrSuccessSentAt: command.answerSentAt,
    });
    expect(history.associations[1]!.giveUpBy).toBeNull();
  });

  it('takes an entry of the log page for success only when read after the answer, and new', async () => {
    const { traffic, source } = ccrPaths();
    readLog(source, 0);
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 0 }));
    readLog(source, 0);
    readLog(source, 1);
    const at = traffic.t;
    readLog(source, 1);
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]!.ccrSuccessDeliveredAt).toBe(at);
    expect(history.associations[0]!.ccrSuccessSentAt).toBe(at - 1000);
    const asked = history.commands.findLast(({ answeredAt }) => answeredAt === at)!;
    expect(asked.ccrLog!.entries[0]).toMatchObject({ icid: 1, status: 1 });
    expect(history.associations[0]!.ccrSuccessAskedAt).toBe(asked.completeAt);
  });

  it.each([
    ['after', ['answer', 'read'], true],
    ['before', ['read', 'answer'], false],
  ] as const)(
    'of one moment takes a read that was sent %s the answer as such',
    async (_, order, ends) => {
      const { traffic, source } = ccrPaths();
      traffic.instant = true;
      const cid = source.adminCommand(ccr);
      for (const what of order) {
        if (what === 'read') readLog(source, 1);
        else source.respond(source.admin, encodeResponse({ cid, dword0: 0 }));
      }
      const at = traffic.t;
      const { associations } = await buildHistory(traffic.recording());
      expect(associations[0]!.ccrSuccessDeliveredAt).toBe(ends ? at : never);
    },
  );

  it('finds the frame by which the host acknowledges the success in full', async () => {
    const { traffic, impaired, source } = ccrPaths();
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 0 }));
    source.admin.receivedAll('node');
    readLog(source, 1);
    // Acknowledges what came before the log page.
    source.admin.acknowledge('host');
    source.admin.receivedAll('node');
    source.admin.acknowledge('host');
    source.write(7, 10, block(1));
    source.admin.acknowledge('host');
    const history = await buildHistory(traffic.recording());
    const [lost, other] = history.associations;
    expect(lost!.cntlid).toBe(impaired.options.cntlid);
    const retry = history.commands.at(-1)!;
    expect(lost!.ccrSuccessAcknowledged).toEqual({
      file: retry.sentFrame.file,
      frame: retry.sentFrame.frame - 1,
    });
    expect(other!.ccrSuccessAcknowledged).toBeUndefined();
  });

  it('has no such frame where the host never acknowledges the success', async () => {
    const { traffic, source } = ccrPaths();
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 1 }));
    source.admin.acknowledge('host');
    source.io.receivedAll('node');
    source.io.acknowledge('host');
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]!.ccrSuccessDeliveredAt).not.toBe(never);
    expect(history.associations[0]!.ccrSuccessAcknowledged).toBeUndefined();
  });

  it('counts a read of the log page that is sent in the very moment of the answer, as in virtual time', async () => {
    const { traffic, source } = ccrPaths();
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 0 }));
    const answeredAt = traffic.t;
    traffic.t -= 1000;
    readLog(source, 1);
    const at = traffic.t;
    const history = await buildHistory(traffic.recording());
    expect(history.commands.at(-1)!.sentAt).toBe(answeredAt);
    expect(history.associations[0]!.ccrSuccessDeliveredAt).toBe(at);
  });

  it.each([
    ['a failed entry', (source: TestAssociation) => readLog(source, 2)],
    [
      'a stale entry',
      (source: TestAssociation) => {
        readLog(source, 1);
        readLog(source, 1);
      },
    ],
  ])('does not take %s for success', async (name, read) => {
    const { traffic, source } = ccrPaths();
    if (name === 'a stale entry') readLog(source, 1);
    const cid = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid, dword0: 0 }));
    read(source);
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]!.ccrSuccessDeliveredAt).toBe(never);
  });

  it('does not take a CCR with the CIRN of another instance for one of this association', async () => {
    const { traffic, source } = ccrPaths();
    const cid = source.adminCommand({ ...ccr, dwords: { ...ccr.dwords, 13: 1 } });
    source.respond(source.admin, encodeResponse({ cid, dword0: 1 }));
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]).toMatchObject({
      giveUpBy: null,
      ccrSuccessDeliveredAt: never,
    });
  });

  it('takes CC.EN=0 and then CSTS.RDY=0 for a confirmed reset', async () => {
    const { traffic, a } = twoPaths();
    const property = (type: number, offset: number, value: number, answer: number) => {
      const cid = a.adminCommand({
        opcode: 0x7f,
        fabricsType: type,
        dwords: { 11: offset, 12: value },
      });
      a.respond(a.admin, encodeResponse({ cid, dword0: answer }));
    };
    property(4, 0x1c, 0, 0);
    property(0, 0x14, 0, 0);
    property(4, 0x1c, 0, 1);
    property(4, 0x1c, 0, 0);
    const at = traffic.t;
    property(4, 0x1c, 0, 0);
    const history = await buildHistory(traffic.recording());
    expect(history.associations[0]).toMatchObject({
      resetConfirmedDeliveredAt: at,
      resetConfirmedSentAt: at - 1000,
    });
  });

  it('knows KATO from the latest Set Features', async () => {
    const { traffic, a } = twoPaths();
    const cid = a.adminCommand({ opcode: 0x09, dwords: { 10: 0x0f, 11: 7100 } });
    a.respond(a.admin, encodeResponse({ cid }));
    const history = await buildHistory(traffic.recording());
    expect(history.associations.map(({ katoMs }) => katoMs)).toEqual([8000, 5000]);
  });
});

describe('a doubtful recording', () => {
  it('tells a capture, a journal and a timeline that were cut', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    traffic.apply('A', 10, block(1));
    const recording = traffic.recording();
    const cut = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) yield chunk.subarray(0, chunk.length - 10);
    };
    const history = await buildHistory({
      ...recording,
      captures: recording.captures.map((capture, index) =>
        index === 0 ? { ...capture, chunks: cut(capture.chunks) } : capture,
      ),
      journal: cut(recording.journal),
      timeline: [],
    });
    const texts = history.problems.map(({ instrument, message }) => `${instrument}: ${message}`);
    expect(texts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^capture captures\/A\.host\.pcapng: it is cut at byte/),
        expect.stringMatching(/^backend: the journal is cut at byte/),
        'timeline: the timeline has no end: the recording was cut',
      ]),
    );
  });

  it('tells commands that change the medium in ways that it does not follow, unless they were refused', async () => {
    const { traffic, a } = twoPaths();
    const send = (opcode: number, cid: number, status: number | null) => {
      a.io.send('host', encodeCommand(encodeSqe({ opcode, cid, nsid: 1, slba: 1, blocks: 1 })));
      if (status !== null) a.answer(cid, status);
    };
    send(0x04, 1, 0x001);
    send(0x19, 2, 0);
    send(0x19, 3, null);
    a.adminCommand({ opcode: 0x84 });
    const { problems } = await buildHistory(traffic.recording());
    expect(problems.map(({ instrument, message }) => `${instrument}: ${message}`)).toEqual([
      'decoder: host1 sent a Copy over A: what it does to the medium is not followed',
      'decoder: host1 sent a Sanitize over A: what it does to the medium is not followed',
    ]);
  });

  it('tells bytes that were delivered and never sent', async () => {
    const { traffic, a } = twoPaths();
    const [frame] = a.write(1, 10, block(1), { splits: [5000], lost: true });
    const recording = traffic.recording();
    expect(frame).toBeDefined();
    const other = new Traffic();
    const b = new TestAssociation(other, other.link('A'), { cntlid: 1 });
    const forged = b.io.carrying('host', b.io.position('host'), b.writeCapsule(1, 10, block(1)));
    other.delivered(forged);
    const history = await buildHistory(other.recording());
    expect(history.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('does not show being sent'),
      expect.stringContaining('the CapsuleCmd in frame'),
    ]);
    expect((await buildHistory(recording)).problems).toEqual([]);
  });

  it('reads on in a connection whose beginning is not recorded', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const path = new TestAssociation(traffic, link, { queues: 0 });
    path.queues.push(new TestConnection(traffic, link, {}, false));
    path.write(1, 10, block(1));
    traffic.apply('A', 10, block(1));
    path.answer(1);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toHaveLength(1);
    expect(history.problems[0]!.message).toContain('beginning is not recorded');
    const [write] = writesOf(history);
    expect(write).toMatchObject({ cid: 1, slba: 10, status: 0, association: 1, qid: -1 });
    expect(history.associations[1]!.label).toBe('host1 over A, Connect not recorded (#1)');
    expect(history.applies[0]!.candidates).toEqual([[write!.id]]);
  });

  it('says of a connection that is recorded from the middle of a PDU on that it cannot be decoded, and reads the others', async () => {
    const traffic = new Traffic();
    const a = new TestAssociation(traffic, traffic.link('A'), { queues: 0 });
    const b = new TestAssociation(traffic, traffic.link('B'), { cntlid: 2 });
    const late = new TestConnection(traffic, a.link, {}, false);
    late.send('host', a.writeCapsule(1, 10, block(1)).subarray(100));
    late.send('host', a.writeCapsule(2, 11, block(2)));
    b.write(3, 12, block(3));
    const history = await buildHistory(traffic.recording());
    expect(writesOf(history).map(({ cid, slba }) => [cid, slba])).toEqual([[3, 12]]);
    expect(history.problems.map(({ message }) => message.replace(/^.*: /, ''))).toEqual([
      expect.stringContaining("the connection's beginning is not recorded"),
      expect.stringContaining('does not exist'),
      expect.stringContaining('does not exist'),
    ]);
  });

  it('never throws for captures that were cut anywhere', async () => {
    const { traffic, a } = twoPaths();
    a.write(1, 10, block(1));
    a.answer(1);
    const recording = traffic.recording();
    const files = await Promise.all(
      recording.captures.map(async ({ chunks }) => {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        return concat(...parts);
      }),
    );
    const journal = concat();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (which, part) => {
          const history = await buildHistory({
            ...recording,
            journal: chunksOf(journal, 100),
            captures: recording.captures.map((capture, index) => {
              const bytes = files[index]!;
              const end = index === which ? Math.floor(bytes.length * part) : bytes.length;
              return { ...capture, chunks: chunksOf(bytes.subarray(0, end), 1000) };
            }),
          });
          expect(history.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});
