import { CcrStatus, Status } from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionUser } from '../transport.js';
import { encodePeerMessage, PeerMessageDecoder, type PeerMessage } from './peer-messages.js';
import type { ReferenceArrayNode } from './array-node.js';
import { block, HostAssociation, TestLab } from './scripted-host.testing.js';
import type { GivenSettings } from './settings.js';

const text = fc
  .array(fc.integer({ min: 0x20, max: 0x7e }), { maxLength: 223 })
  .map((codes) => String.fromCharCode(...codes));
const id = fc.nat(0xffff_ffff);
const message: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({
    type: fc.constant('reset' as const),
    id,
    named: fc.record({
      cntlid: fc.nat(0xffff),
      ciu: fc.nat(0xff),
      cirn: fc.bigInt(0n, 0xffff_ffff_ffff_ffffn),
      hostNqn: text,
    }),
  }),
  fc.record({ type: fc.constantFrom('began' as const, 'gone' as const), id }),
  fc.record({ type: fc.constant('refused' as const), id, status: fc.nat(0x7ff) }),
  fc.record({ type: fc.constant('ended' as const), id, outcome: fc.nat(2) }),
);

describe('messages between nodes', () => {
  it('are read as they were written, however they are split', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (sent, piece) => {
          const stream = sent.flatMap((one) => [...encodePeerMessage(one)]);
          const read: PeerMessage[] = [];
          const decoder = new PeerMessageDecoder((one) => read.push(one));
          for (let at = 0; at < stream.length; at += piece) {
            expect(decoder.push(Uint8Array.from(stream.slice(at, at + piece)))).toBe(true);
          }
          expect(read).toEqual(sent);
        },
      ),
    );
  });

  it.each([
    ['too short', [3, 0, 0]],
    ['of no type', [7, 0, 9, 0, 0, 0, 0]],
    ['of another length', [8, 0, 1, 0, 0, 0, 0, 0]],
    ['without an instance', [7, 0, 0, 0, 0, 0, 0]],
  ])('that are %s are refused', (_, bytes) => {
    const decoder = new PeerMessageDecoder(() => undefined);
    expect(decoder.push(Uint8Array.from(bytes))).toBe(false);
  });
});

/** A cable between two nodes that can be cut. */
class Cable {
  isCut = false;
  #ends: ConnectionUser[] = [];

  constructor(
    private readonly lab: TestLab,
    private readonly nodes: readonly [ReferenceArrayNode, ReferenceArrayNode],
  ) {}

  join(): void {
    const connection = (other: number): Connection => {
      const ends = this.#ends;
      return {
        send: (bytes) =>
          this.lab.soon(() => {
            if (!this.isCut && ends === this.#ends) ends[other]!.received(bytes);
          }),
        end: () => undefined,
        abort: () => undefined,
      };
    };
    this.#ends = [];
    const ends = this.#ends;
    ends.push(
      this.nodes[0].joinPeer('B', connection(1)),
      this.nodes[1].joinPeer('A', connection(0)),
    );
  }

  lose(): void {
    for (const end of this.#ends) end.closed();
    this.#ends = [];
  }
}

/** Two nodes; the host has lost its controller at A and asks its controller at B. */
function setUp(settings: GivenSettings = {}) {
  const lab = new TestLab();
  const a = lab.node({
    name: 'A',
    cntlidMin: 1,
    cntlidMax: 10,
    settings,
    peers: [{ name: 'B', cntlidMin: 11, cntlidMax: 20 }],
  });
  const b = lab.node({
    name: 'B',
    cntlidMin: 11,
    cntlidMax: 20,
    settings,
    peers: [{ name: 'A', cntlidMin: 1, cntlidMax: 10 }],
  });
  const cable = new Cable(lab, [a, b]);
  cable.join();
  const lost = new HostAssociation(lab, a, 1);
  const source = new HostAssociation(lab, b, 1);
  const ask = (named: { cntlid: number; ciu: number; cirn: bigint }) => {
    const cid = source.admin.ccr(named);
    lab.run();
    return { now: () => source.admin.answers.get(cid), answer: () => source.admin.answer(cid) };
  };
  const hold = () => {
    const { instance } = lost;
    lab.medium.holds = true;
    lost.io.write(1, block(1));
    lab.run();
    return instance;
  };
  const outcomes = () => source.ccrLog().map(({ icid, status }) => [icid, status]);
  return { lab, cable, lost, source, ask, hold, outcomes };
}

describe('a reset of a controller at another node', () => {
  it('succeeds once the medium is quiet', () => {
    const { lab, lost, source, ask, hold, outcomes } = setUp();
    const event = source.request();
    expect(ask(hold()).answer()).toMatchObject({ status: Status.success, dword0: 0 });
    expect(lost.io.isClosed).toBe(true);
    expect(outcomes()).toEqual([[1, CcrStatus.inProgress]]);
    lab.medium.release();
    lab.run();
    expect(outcomes()).toEqual([[1, CcrStatus.success]]);
    expect(source.admin.answers.has(event)).toBe(true);
  });

  it('is refused by the peer as it would be by the node itself', () => {
    const { ask, hold, outcomes } = setUp();
    const instance = hold();
    expect(ask({ ...instance, cirn: 1n }).answer().status).toBe(Status.invalidField);
    expect(ask({ ...instance, cntlid: 30 }).answer().status).toBe(Status.invalidField);
    expect(outcomes()).toEqual([]);
    ask(instance);
    expect(ask(instance).answer().status).toBe(Status.ccrInProgress);
  });

  it('is immediate where the instance is gone', () => {
    const { lost, ask } = setUp();
    const { instance } = lost;
    lost.admin.close();
    expect(ask(instance).answer()).toMatchObject({ status: Status.success, dword0: 1 });
  });

  it('fails at once without a connection', () => {
    const { cable, lost, ask, outcomes } = setUp();
    const { instance } = lost;
    cable.lose();
    expect(ask(instance).answer()).toMatchObject({ status: Status.success, dword0: 0 });
    expect(outcomes()).toEqual([[1, CcrStatus.failed]]);
    expect(lost.admin.isClosed).toBe(false);
  });

  it('fails when the peer does not answer in time', () => {
    const { lab, cable, lost, ask, outcomes } = setUp({ relayTimeoutMs: 200 });
    const { instance } = lost;
    cable.isCut = true;
    const asked = ask(instance);
    lab.pass(199);
    expect(asked.now()).toBeUndefined();
    lab.pass(1);
    expect(asked.answer()).toMatchObject({ status: Status.success, dword0: 0 });
    expect(outcomes()).toEqual([[1, CcrStatus.failed]]);
  });

  it('fails when the peer is lost while it works, and what it says later changes nothing', () => {
    const { lab, cable, ask, hold, outcomes } = setUp({
      relayTimeoutMs: 200,
      ccr: { boundMs: 1000 },
    });
    ask(hold());
    cable.isCut = true;
    lab.medium.release();
    lab.pass(1200);
    expect(outcomes()).toEqual([[1, CcrStatus.failed]]);
    cable.isCut = false;
    cable.join();
    lab.pass(1000);
    expect(outcomes()).toEqual([[1, CcrStatus.failed]]);
  });

  it('is asked for again when the connection comes back', () => {
    for (const releaseFirst of [true, false]) {
      const { lab, cable, ask, hold, outcomes } = setUp();
      ask(hold());
      cable.lose();
      if (releaseFirst) lab.medium.release();
      lab.run();
      cable.join();
      lab.run();
      if (!releaseFirst) expect(outcomes()).toEqual([[1, CcrStatus.inProgress]]);
      lab.medium.release();
      lab.run();
      expect(outcomes()).toEqual([[1, CcrStatus.success]]);
    }
  });

  it('fails where a scenario wants so, and the peer is not asked', () => {
    const { lab, lost, ask, outcomes } = setUp({ ccr: { fail: true } });
    ask(lost.instance);
    lab.run();
    expect(outcomes()).toEqual([[1, CcrStatus.failed]]);
    expect(lost.admin.isClosed).toBe(false);
  });
});
