import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeC2hData,
  encodeCommand,
  encodeH2cData,
  encodeR2t,
  encodeResponse,
  encodeSqe,
} from '@fenceline/nvme';
import { never } from '../model.js';
import { block, BLOCK, concat, TestAssociation, Traffic } from '../traffic.testing.js';
import { buildHistory } from './build-history.js';

const BLOCKS = 3;
const data = concat(block(1), block(0), block(2));

/** Cuts of the data, as the places where a piece ends. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 1, max: data.length - 1 }), { maxLength: 6 })
  .map((places) => [...places.sort((a, b) => a - b), data.length]);
const way = fc.record({
  digests: fc.record({ header: fc.boolean(), data: fc.boolean() }),
  splits: fc.array(fc.integer({ min: 1, max: 1448 }), { maxLength: 20 }),
});

function piecesOf(ends: readonly number[]): { offset: number; length: number }[] {
  return ends.map((end, index) => {
    const offset = index === 0 ? 0 : ends[index - 1]!;
    return { offset, length: end - offset };
  });
}

const command = (opcode: number, cid: number) =>
  encodeSqe({ opcode, cid, nsid: 1, slba: 10, blocks: BLOCKS, dataLength: data.length });

describe('data of a command', () => {
  it('are the same in whatever R2Ts they are asked for, and in whatever H2CData they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        cuts,
        cuts,
        fc.boolean(),
        way,
        async (asked, given, backwards, { digests, splits }) => {
          const traffic = new Traffic();
          const path = new TestAssociation(traffic, traffic.link('A'), { digests });
          path.io.send('host', encodeCommand(command(1, 5), undefined, digests), { splits });
          const requests = piecesOf(asked);
          if (backwards) requests.reverse();
          let lastDataAt = 0;
          for (const [tag, { offset, length }] of requests.entries()) {
            path.io.send('node', encodeR2t({ cid: 5, tag, offset, length }), { splits });
            const ends = given.filter((end) => end > offset && end < offset + length);
            for (const piece of piecesOf([...ends, offset + length].map((end) => end - offset))) {
              const from = offset + piece.offset;
              const part = data.subarray(from, from + piece.length);
              const last = piece.offset + piece.length === length;
              const pdu = encodeH2cData({ cid: 5, tag, offset: from, data: part, last }, digests);
              path.io.send('host', pdu, { splits });
              lastDataAt = traffic.t;
            }
          }
          path.io.send('node', encodeResponse({ cid: 5 }, digests));
          const history = await buildHistory(traffic.recording());
          const write = history.commands.at(-1)!;
          expect(write).toMatchObject({ op: 'write', completeAt: lastDataAt, status: 0 });
          expect(write.payloads.map((payload) => payload === 0)).toEqual([false, true, false]);
          const inCapsule = new Traffic();
          const other = new TestAssociation(inCapsule, inCapsule.link('A'));
          other.write(5, 10, data);
          const { payloadHashes, commands } = await buildHistory(inCapsule.recording());
          expect(write.payloads.map((payload) => history.payloadHashes[payload])).toEqual(
            commands.at(-1)!.payloads.map((payload) => payloadHashes[payload]),
          );
          expect([history.problems, history.remarks]).toEqual([[], []]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are the same in whatever C2HData they are read, with a response or with SUCCESS', async () => {
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), way, async (given, success, { digests, splits }) => {
        const traffic = new Traffic();
        const path = new TestAssociation(traffic, traffic.link('A'), { digests });
        path.write(4, 10, data);
        path.io.send('host', encodeCommand(command(2, 5), undefined, digests));
        for (const { offset, length } of piecesOf(given)) {
          const part = data.subarray(offset, offset + length);
          const last = offset + length === data.length;
          const fields = { cid: 5, offset, data: part, last, success: last && success };
          path.io.send('node', encodeC2hData(fields, digests), { splits });
        }
        if (!success) path.io.send('node', encodeResponse({ cid: 5 }, digests), { splits });
        const answeredAt = traffic.t;
        const history = await buildHistory(traffic.recording());
        const [write, read] = history.commands.slice(-2);
        expect(read).toMatchObject({ op: 'read', answeredAt, status: 0 });
        expect(read!.payloads).toEqual(write!.payloads);
        expect([history.problems, history.remarks]).toEqual([[], []]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a header digest that does not match', () => {
  const digests = { header: true, data: true };

  it('keeps a command from being complete, and an answer from being one', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'), { digests });
    const capsule = path.writeCapsule(1, 10, block(1));
    capsule[20]! ^= 1;
    path.io.send('host', capsule);
    path.write(2, 11, block(2));
    const answer = encodeResponse({ cid: 2 }, digests);
    answer[9]! ^= 1;
    path.io.send('node', answer);
    const history = await buildHistory(traffic.recording());
    const [first, second] = history.commands.slice(-2);
    expect(first!.completeAt).toBe(never);
    expect(second!.completeAt).toBeLessThan(never);
    expect(second!.answerSentAt).toBeLessThan(never);
    expect(second!.answeredAt).toBe(never);
    expect(history.remarks.map(({ text }) => text.replace(/^.*: a /, ''))).toEqual([
      'CapsuleCmd was delivered to the node with a header digest that does not match',
      'CapsuleResp was delivered to the host with a header digest that does not match',
    ]);
  });

  it('is found in any byte that it covers, and a data digest in any byte of the data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(72 + 4 + BLOCK - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, value) => {
          // The common header says how long everything is: without it there is no PDU to check.
          if (at < 8) return;
          const traffic = new Traffic();
          const path = new TestAssociation(traffic, traffic.link('A'), { digests });
          const capsule = path.writeCapsule(1, 10, block(1));
          capsule[at]! ^= value;
          path.io.send('host', capsule);
          const { remarks } = await buildHistory(traffic.recording());
          expect(remarks.map(({ text }) => text)).toEqual([
            expect.stringContaining(`a ${at < 76 ? 'header' : 'data'} digest that does not match`),
          ]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
