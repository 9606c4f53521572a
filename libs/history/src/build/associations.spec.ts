import { tcpFlag } from '@fenceline/capture';
import { describe, expect, it } from 'vitest';
import { encodeCommand, encodeConnectData, encodeResponse, encodeSqe } from '@fenceline/nvme';
import { never, type History } from '../model.js';
import { block, HOST_NQN, TestAssociation, TestConnection, Traffic } from '../traffic.testing.js';
import { buildHistory } from './build-history.js';

const writesOf = (history: History) => history.commands.filter(({ op }) => op === 'write');

/** Connects an I/O queue as a host of any name does, to any subsystem and controller. */
function connectQueue(
  connection: TestConnection,
  data: { cntlid: number; subsystemNqn: string; hostNqn: string },
): void {
  const sqe = encodeSqe({
    opcode: 0x7f,
    cid: 0,
    fabricsType: 0x01,
    dataLength: 1024,
    inCapsule: true,
    dwords: { 10: 1 << 16, 11: 31 },
  });
  connection.send('host', encodeCommand(sqe, encodeConnectData(data)));
  connection.send('node', encodeResponse({ cid: 0, dword0: data.cntlid }));
}

describe('the association of an I/O queue', () => {
  const own = { cntlid: 7, subsystemNqn: 'nqn.2026-01.org.fenceline:array', hostNqn: HOST_NQN };
  it.each([
    ['its own', own, 0],
    ['of another host', { ...own, hostNqn: 'nqn.other' }, 1],
    ['of another subsystem', { ...own, subsystemNqn: 'nqn.other' }, 1],
    ['of another controller', { ...own, cntlid: 8 }, 1],
  ])('is known by host, subsystem and controller: %s', async (_, data, association) => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    new TestAssociation(traffic, link, { cntlid: 7, queues: 0 });
    connectQueue(new TestConnection(traffic, link), data);
    const history = await buildHistory(traffic.recording());
    expect(history.commands.at(-1)).toMatchObject({ name: 'Connect', qid: 1, association });
  });

  it('keeps admin and I/O queues apart, and several of them', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'), { queues: 3 });
    path.adminCommand({ opcode: 0x18 });
    const history = await buildHistory(traffic.recording());
    expect(history.associations).toHaveLength(1);
    expect(history.associations[0]!.connections.map(({ qid }) => qid)).toEqual([0, 1, 2, 3]);
    expect(history.commands.at(-1)).toMatchObject({ name: 'Keep Alive', qid: 0 });
  });
});

describe('a connection that the network reset', () => {
  const reset = () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    path.write(1, 10, block(1));
    for (const from of ['node', 'host'] as const) {
      traffic.delivered(path.io.frame(from, path.io.position(from), tcpFlag.rst));
    }
    return { traffic, path };
  };

  it('was closed by neither end, and nobody gave the association up', async () => {
    const { associations, problems, remarks } = await buildHistory(reset().traffic.recording());
    const [{ giveUpAt, giveUpBy, connections }] = associations as [(typeof associations)[number]];
    expect([giveUpAt, giveUpBy]).toEqual([never, null]);
    for (const { hostClosedAt, nodeClosedAt } of connections) {
      expect([hostClosedAt, nodeClosedAt]).toEqual([never, never]);
    }
    expect([problems, remarks]).toEqual([[], []]);
  });

  it('is given up once the host closes another one of the association', async () => {
    const { traffic, path } = reset();
    path.admin.close('host', 'rst');
    const { associations } = await buildHistory(traffic.recording());
    expect(associations[0]).toMatchObject({ giveUpBy: 'rst' });
  });
});

describe('an admin queue whose Connect was not recorded', () => {
  it('has admin commands, never reads and writes of the medium', async () => {
    const traffic = new Traffic();
    const admin = new TestConnection(traffic, traffic.link('A'), {}, false);
    const opcodes = [0x02, 0x06, 0x08, 0x09, 0x0a, 0x0c, 0x18];
    opcodes.forEach((opcode, cid) => {
      admin.send('host', encodeCommand(encodeSqe({ opcode, cid, dwords: { 10: 1, 11: 4 } })));
    });
    const history = await buildHistory(traffic.recording());
    expect(history.commands.map(({ name, op }) => [name, op])).toEqual(
      [
        'Get Log Page',
        'Identify',
        'Abort',
        'Set Features',
        'Get Features',
        'Asynchronous Event Request',
        'Keep Alive',
      ].map((name) => [name, 'other']),
    );
  });
});

/**
 * A write is held behind a node, its host sends it again on another association, a newer write follows there, and
 * the held one is released.
 */
async function heldAndRetried(
  traffic: Traffic,
  first: TestAssociation,
  reachAgain: () => TestAssociation,
) {
  first.write(1, 10, block(1));
  const held = traffic.received('A', 10, block(1));
  traffic.journal.held(traffic.tick(), held);
  const second = reachAgain();
  second.write(1, 10, block(1));
  const retried = traffic.apply('A', 10, block(1));
  second.answer(1);
  second.write(2, 10, block(2));
  const newer = traffic.apply('A', 10, block(2));
  second.answer(2);
  traffic.journal.released(traffic.tick(), held);
  traffic.applied(held);
  const history = await buildHistory(traffic.recording());
  expect(history.problems).toEqual([]);
  const [original, retry, last] = writesOf(history);
  expect(history.applies.map(({ request, candidates }) => [request, candidates])).toEqual([
    [retried, [[original!.id, retry!.id]]],
    [newer, [[last!.id]]],
    // It was received before the retry was sent: the original alone can have caused it.
    [held, [[original!.id]]],
  ]);
  expect(original).toMatchObject({ association: 0, answeredAt: never });
  expect(retry).toMatchObject({ association: 1, status: 0 });
  return history.associations;
}

describe('one node, reached twice', () => {
  it('joins what it held behind one port with the original, after a retry through its other port', async () => {
    const traffic = new Traffic();
    const one = new TestAssociation(traffic, traffic.link('A1', 'A'), { cntlid: 1 });
    const two = new TestAssociation(traffic, traffic.link('A2', 'A'), { cntlid: 2 });
    const associations = await heldAndRetried(traffic, one, () => two);
    expect(associations).toMatchObject([
      { link: 'A1', node: 'A', cntlid: 1, giveUpBy: 'retry' },
      { link: 'A2', node: 'A', cntlid: 2, giveUpBy: null },
    ]);
  });

  it('does the same after a reconnect over the same port, under the same CNTLID and CIDs', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const before = new TestAssociation(traffic, link, { cntlid: 1 });
    const associations = await heldAndRetried(traffic, before, () => {
      before.io.close('host', 'rst', true);
      before.admin.close('host', 'rst', true);
      return new TestAssociation(traffic, link, { cntlid: 1 });
    });
    expect(associations).toMatchObject([
      { link: 'A', cntlid: 1, giveUpBy: 'rst' },
      { link: 'A', cntlid: 1, giveUpBy: null },
    ]);
  });
});
