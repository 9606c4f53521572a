import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { never, type History } from '../model.js';
import { block, concat, TestAssociation, Traffic } from '../traffic.testing.js';
import { buildHistory } from './build-history.js';

const writesOf = (history: History) => history.commands.filter(({ op }) => op === 'write');

const writes = 3;
/** Bytes of the capsule of a write of one block. */
const capsule = 72 + 4096;
const all = writes * capsule;

/** A path whose host has sent three writes that all wait in the network, and where their bytes begin. */
function waiting(isn: number) {
  const traffic = new Traffic();
  const path = new TestAssociation(traffic, traffic.link('A'), { isn: { host: isn, node: 9 } });
  const start = path.io.position('host');
  const frames = Array.from({ length: writes }, (_, i) =>
    path.write(i + 1, 10 + i, block(i + 1), { held: true }),
  ).flat();
  return { traffic, path, start, frames };
}

const range = fc
  .tuple(fc.nat(all - 1), fc.integer({ min: 1, max: 9000 }))
  .map(([from, length]) => [from, Math.min(all, from + length)] as const);
const sequence = fc.oneof(fc.nat(0xffff_ffff), fc.integer({ min: 0xffff_0000, max: 0xffff_ffff }));

describe('a network that loses, repeats, reorders and cuts anew', () => {
  it('completes each command with its last missing byte, and alters nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(range, { maxLength: 25 }),
        sequence,
        fc.boolean(),
        async (ranges, isn, end) => {
          const { traffic, path, start } = waiting(isn);
          const come = new Array<boolean>(all).fill(false);
          const due = new Array<number>(writes).fill(never);
          const deliver = (from: number, to: number) => {
            const frame = path.io.again('host', start + from, start + to);
            traffic.sent(frame);
            traffic.delivered(frame);
            come.fill(true, from, to);
            const missing = come.indexOf(false);
            const prefix = missing < 0 ? all : missing;
            for (let i = 0; i < writes; i++) {
              if (due[i] === never && prefix >= (i + 1) * capsule) due[i] = traffic.t;
            }
          };
          for (const [from, to] of ranges) deliver(from, to);
          // In the end TCP gets everything through, or the path stays dead.
          if (end) deliver(0, all);
          const history = await buildHistory(traffic.recording());
          expect(writesOf(history).map(({ completeAt }) => completeAt)).toEqual(due);
          expect(
            writesOf(history).map(({ payloads }) => history.payloadHashes[payloads[0]!]),
          ).toEqual(history.payloadHashes.slice(1, 1 + writes));
          expect([history.problems, history.remarks]).toEqual([[], []]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('remarks the first byte that a retransmission changes, and knows what was delivered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(all - 1), range, sequence, async (place, [from, to], isn) => {
        const { traffic, path, start } = waiting(isn);
        const again = path.io.again('host', start + from, start + to);
        const covered = place >= from && place < to;
        if (covered) again.bytes[again.bytes.length - (to - from) + place - from]! ^= 0x40;
        traffic.sent(again);
        traffic.delivered(again);
        const rest = path.io.again('host', start, start + all);
        traffic.sent(rest);
        traffic.delivered(rest);
        const history = await buildHistory(traffic.recording());
        const texts = history.remarks.map(({ text }) => text);
        const changed = texts.filter((text) => text.includes('differs from what was sent first'));
        expect(changed).toEqual(
          covered ? [expect.stringContaining(`at byte ${start + place} of the stream`)] : [],
        );
        const inData = covered && place % capsule >= 72;
        const other = writesOf(history).filter(({ deliveredPayloads }) => deliveredPayloads);
        expect(other.map(({ cid }) => cid)).toEqual(
          inData ? [Math.floor(place / capsule) + 1] : [],
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('what became of a command', () => {
  it('tells never delivered, delivered and unanswered, and an answer that was lost apart', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    path.write(1, 1, block(1));
    path.answer(1);
    path.write(2, 2, block(2));
    path.write(3, 3, block(3));
    path.answer(3, 0, { lost: true });
    const [first] = path.write(4, 4, block(4), { held: true });
    traffic.delivered(first!);
    path.write(5, 5, block(5), { lost: true });
    const history = await buildHistory(traffic.recording());
    const state = ({ completeAt, answerSentAt, answeredAt }: History['commands'][number]) => [
      completeAt !== never,
      answerSentAt !== never,
      answeredAt !== never,
    ];
    expect(writesOf(history).map(state)).toEqual([
      [true, true, true],
      [true, false, false],
      [true, true, false],
      [false, false, false],
      [false, false, false],
    ]);
    expect(history.problems).toEqual([]);
  });

  it('remarks a termination request, by whom, and why', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    path.write(1, 1, block(1));
    // The header of the PDU that is taken for wrong follows.
    const terminate = (type: number, reason: number) =>
      concat(Uint8Array.of(type, 0, 24, 0, 96, 0, 0, 0, reason), new Uint8Array(15 + 72));
    path.io.send('node', terminate(0x03, 5), { splits: [10, 7, 70] });
    path.admin.send('host', terminate(0x02, 1));
    const history = await buildHistory(traffic.recording());
    expect(history.remarks.map(({ text }) => text)).toEqual([
      expect.stringContaining('the node sent a C2HTermReq, fatal error status 5'),
      expect.stringContaining('the host sent a H2CTermReq, fatal error status 1'),
    ]);
    expect(history.problems).toEqual([]);
  });
});
