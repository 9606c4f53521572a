import { DISCOVERY_NQN, Property, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import {
  block,
  ENABLE,
  HOST,
  HostAssociation,
  HostQueue,
  TestLab,
} from './scripted-host.testing.js';

describe('Connect', () => {
  it('gives each host a controller of its own, with the lowest free CNTLID', () => {
    const lab = new TestLab();
    const node = lab.node({ cntlidMin: 10, cntlidMax: 11 });
    const first = new HostQueue(lab, node, 1);
    const second = new HostQueue(lab, node, 2);
    const third = new HostQueue(lab, node, 1);
    expect(first.connect({})).toMatchObject({ status: 0, dword0: 10 });
    expect(second.connect({ hostNqn: `${HOST}-b` })).toMatchObject({ status: 0, dword0: 11 });
    expect(third.connect({}).status).toBe(Status.connectBusy);
    first.close();
    const again = new HostQueue(lab, node, 1);
    expect(again.connect({})).toMatchObject({ status: 0, dword0: 10 });
  });

  it.each([
    ['a format that it does not know', { format: 1 }, Status.connectIncompatibleFormat, 0],
    ['another subsystem', { subsystemNqn: 'nqn.other' }, Status.connectInvalidParameters, 0x1_0100],
    ['no host NQN', { hostNqn: '' }, Status.connectInvalidParameters, 0x1_0200],
    ['a host that may not', { hostNqn: 'nqn.stranger' }, Status.connectInvalidHost, 0],
    ['a queue of one entry', { entries: 1 }, Status.connectInvalidParameters, 44],
    ['a queue that is too long', { entries: 129 }, Status.connectInvalidParameters, 44],
    ['a CNTLID of its choice', { cntlid: 5 }, Status.connectInvalidParameters, 0x1_0010],
  ])('refuses %s', (_, fields, status, dword0) => {
    const lab = new TestLab();
    const queue = new HostQueue(lab, lab.node({ settings: { allowedHosts: [HOST] } }), 1);
    expect(queue.connect(fields)).toMatchObject({ status, dword0 });
    expect(queue.connect({}).status).toBe(Status.success);
  });

  it('joins I/O queues of the same host, host identifier and port', () => {
    const lab = new TestLab();
    const node = lab.node({ settings: { queues: 2 } });
    const { cntlid } = new HostAssociation(lab, node, 1);
    const io = (portId: number) => new HostQueue(lab, node, portId);
    const wrong = Status.connectInvalidParameters;
    expect(io(1).connect({ qid: 2, cntlid }).status).toBe(Status.success);
    expect(io(1).connect({ qid: 2, cntlid }).status).toBe(Status.commandSequenceError);
    expect(io(1).connect({ qid: 3, cntlid })).toMatchObject({ status: wrong, dword0: 42 });
    expect(io(2).connect({ qid: 1, cntlid })).toMatchObject({ status: wrong, dword0: 0x1_0010 });
    expect(io(1).connect({ qid: 1, cntlid: 77 }).status).toBe(wrong);
    expect(io(1).connect({ qid: 1, cntlid, hostNqn: 'nqn.b' }).status).toBe(wrong);
    expect(io(1).connect({ qid: 1, cntlid, hostId: 2 })).toMatchObject({
      status: wrong,
      dword0: 0x1_0000,
    });
  });

  it('wants the controller enabled before I/O queues', () => {
    const lab = new TestLab();
    const node = lab.node();
    const admin = new HostQueue(lab, node, 1);
    const cntlid = admin.connect({}).dword0;
    const io = new HostQueue(lab, node, 1);
    expect(io.connect({ qid: 1, cntlid }).status).toBe(Status.commandSequenceError);
    admin.propertySet(Property.configuration, ENABLE);
    expect(io.connect({ qid: 1, cntlid }).status).toBe(Status.success);
  });

  it('joins no I/O queue to a controller that is being disabled, nor is anything else carried out', () => {
    const lab = new TestLab();
    const node = lab.node();
    const { admin, io, cntlid } = new HostAssociation(lab, node, 1);
    lab.medium.holds = true;
    io.write(0, block(1));
    lab.run();
    admin.propertySet(Property.configuration, 0);
    expect(admin.propertyGet(Property.status).dword0).toBe(1);
    const again = new HostQueue(lab, node, 1);
    expect(again.connect({ qid: 1, cntlid }).status).toBe(Status.commandSequenceError);
    expect(admin.identify(1).status).toBe(Status.commandSequenceError);
    admin.propertySet(Property.configuration, ENABLE);
    expect(again.connect({ qid: 1, cntlid }).status).toBe(Status.commandSequenceError);
    lab.medium.release();
    lab.run();
    expect(again.connect({ qid: 1, cntlid }).status).toBe(Status.success);
  });

  it('comes first, and once', () => {
    const lab = new TestLab();
    const queue = new HostQueue(lab, lab.node(), 1);
    expect(queue.identify(1).status).toBe(Status.commandSequenceError);
    expect(queue.connect({}).status).toBe(Status.success);
    expect(queue.connect({}).status).toBe(Status.commandSequenceError);
  });

  it('takes its data after an R2T too', () => {
    const lab = new TestLab();
    const queue = new HostQueue(lab, lab.node(), 1);
    expect(queue.connect({ inCapsule: false }).status).toBe(Status.success);
  });

  it('reaches the discovery subsystem, which has no I/O queues', () => {
    const lab = new TestLab();
    const node = lab.node();
    const admin = new HostQueue(lab, node, 1);
    const cntlid = admin.connect({ subsystemNqn: DISCOVERY_NQN }).dword0;
    const io = new HostQueue(lab, node, 1);
    const answer = io.connect({ qid: 1, cntlid, subsystemNqn: DISCOVERY_NQN });
    expect(answer).toMatchObject({ status: Status.connectInvalidParameters, dword0: 42 });
  });

  it('has no port but its own', () => {
    const lab = new TestLab();
    expect(() => new HostQueue(lab, lab.node(), 3)).toThrow('node has no port 3');
  });
});
