import {
  AdminOpcode,
  Feature,
  Property,
  readIdentifyController,
  DISCOVERY_NQN,
  readText,
  Status,
} from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import {
  block,
  ENABLE,
  HOST,
  HostAssociation,
  HostQueue,
  SUBSYSTEM,
  TestLab,
  type QueueOptions,
} from './scripted-host.testing.js';

const setUp = (settings = {}, options: QueueOptions = {}) => {
  const lab = new TestLab();
  const node = lab.node({ settings, otherPorts: [{ id: 9, address: 'fd00::9', trsvcid: '8009' }] });
  const host = new HostAssociation(lab, node, 1, options);
  return { lab, node, host, admin: host.admin, io: host.io };
};
const viewOf = ({ data }: { data: Uint8Array }) => new DataView(data.buffer, data.byteOffset);

describe('properties', () => {
  it('are read with their size', () => {
    const { admin } = setUp();
    const cap = admin.propertyGet(Property.capabilities, 8);
    expect(cap).toMatchObject({ status: 0, dword0: 127 | (1 << 16) | (15 << 24) });
    expect(cap.dword1).toBe((1 << 5) | (1 << 11));
    expect(admin.propertyGet(Property.version).dword0).toBe(0x2_0300);
    expect(admin.propertyGet(Property.configuration).dword0).toBe(ENABLE);
    expect(admin.propertyGet(Property.status).dword0).toBe(1);
    expect(admin.propertyGet(Property.capabilities, 4).status).toBe(Status.invalidField);
    expect(admin.propertyGet(Property.status, 8).status).toBe(Status.invalidField);
    expect(admin.propertyGet(0x20).status).toBe(Status.invalidField);
    expect(admin.propertySet(Property.status, 0).status).toBe(Status.invalidField);
  });

  it.each([
    ['entries of another size', (4 << 20) | (7 << 16) | 1],
    ['pages of another size', ENABLE | (1 << 7)],
    ['another command set', ENABLE | (1 << 4)],
  ])('do not enable with %s', (_, cc) => {
    const lab = new TestLab();
    const admin = new HostQueue(lab, lab.node(), 1);
    admin.connect({});
    admin.propertySet(Property.configuration, cc);
    expect(admin.propertyGet(Property.status).dword0).toBe(2);
    expect(admin.identify(1).status).toBe(Status.commandSequenceError);
  });

  it('let RDY fall, and another instance begin, once the medium is quiet', () => {
    const { lab, node, host, admin, io } = setUp();
    const { instance, cntlid } = host;
    lab.medium.holds = true;
    io.write(0, block(1));
    lab.run();
    admin.propertySet(Property.configuration, 0);
    expect(io.isClosed).toBe(true);
    expect(admin.propertyGet(Property.status).dword0).toBe(1);
    // A host that does not wait is made to.
    admin.propertySet(Property.configuration, ENABLE);
    const early = new HostQueue(lab, node, 1);
    lab.medium.release();
    lab.run();
    expect(admin.propertyGet(Property.status).dword0).toBe(1);
    const next = readIdentifyController(admin.identify(1).data);
    expect(next.ciu).toBe(instance.ciu + 1);
    expect(next.cirn).not.toBe(instance.cirn);
    expect(early.connect({ qid: 1, cntlid }).status).toBe(Status.success);
    admin.propertySet(Property.configuration, 0);
    expect(admin.propertyGet(Property.status).dword0).toBe(0);
  });

  it('complete a shutdown once the medium is quiet', () => {
    const { lab, admin, io } = setUp();
    lab.medium.holds = true;
    io.write(0, block(1));
    lab.run();
    admin.propertySet(Property.configuration, ENABLE | (1 << 14));
    expect(admin.propertyGet(Property.status).dword0).toBe(1 | (1 << 2));
    expect(io.ask({ opcode: 0, nsid: 1 }).status).toBe(Status.commandSequenceError);
    lab.medium.release();
    lab.run();
    expect(admin.propertyGet(Property.status).dword0).toBe(1 | (2 << 2));
  });
});

describe('Identify', () => {
  it('tells the controller', () => {
    const { host } = setUp({ cqtMs: 750, ccrl: 3, tbkas: false, inCapsuleBytes: 4096 });
    expect(host.instance).toMatchObject({
      serial: 'FENCELINE',
      cmic: 0b1011,
      cntlid: 1,
      version: 0x2_0300,
      oaes: (1 << 20) | (1 << 11),
      tbkas: false,
      ciu: 1,
      kas: 10,
      cqtMs: 750,
      ccrl: 3,
      ioccsz: 260,
      vwc: 0,
      subsystemNqn: SUBSYSTEM,
    });
  });

  it('tells of SGLs by offset in the capsule, and of transport data blocks', () => {
    const { admin } = setUp();
    expect(viewOf(admin.identify(1)).getUint32(536, true)).toBe(0x30_0001);
  });

  it('tells nothing of CCR where there is none', () => {
    const { host, admin } = setUp({ ccrl: 0 });
    expect(host.instance).toMatchObject({ ciu: 0, cirn: 0n, ccrl: 0, oaes: 1 << 11 });
    expect(admin.ask({ opcode: 0x38 }).status).toBe(Status.invalidOpcode);
    expect(admin.log(0x1e, 4096).status).toBe(Status.invalidLogPage);
  });

  it('tells the namespace, its descriptors, and the lists', () => {
    const { admin } = setUp();
    const namespace = viewOf(admin.identify(0x00, 1));
    expect(namespace.getBigUint64(0, true)).toBe(256n);
    expect(namespace.getUint32(92, true)).toBe(1);
    expect(namespace.getUint8(104)).toBe(0xab);
    expect(namespace.getUint8(130)).toBe(12);
    const descriptors = admin.identify(0x03, 1).data;
    expect([...descriptors.subarray(0, 2)]).toEqual([2, 16]);
    expect([...descriptors.subarray(20, 26)]).toEqual([3, 16, 0, 0, 0x11, 0x11]);
    expect([...descriptors.subarray(40, 46)]).toEqual([4, 1, 0, 0, 0, 0]);
    const first = (cns: number, nsid: number) =>
      viewOf(admin.identify(cns, nsid)).getUint32(0, true);
    expect([first(0x02, 0), first(0x02, 1), first(0x07, 0), first(0x1c, 0)]).toEqual([1, 0, 1, 1]);
    expect(viewOf(admin.identify(0x08, 1)).getUint32(4, true)).toBe(1);
    for (const cns of [0x05, 0x06]) expect(admin.identify(cns, 1).status).toBe(Status.success);
  });

  it.each([
    [0x00, 2, Status.invalidNamespace],
    [0x02, 0xffff_fffe, Status.invalidNamespace],
    [0x03, 0, Status.invalidNamespace],
    [0x44, 1, Status.invalidField],
  ])('refuses CNS %i of namespace %i', (cns, nsid, status) => {
    expect(setUp().admin.identify(cns, nsid)).toMatchObject({ status, doNotRetry: true });
  });

  it('wants room for its data', () => {
    const { admin } = setUp();
    const fields = { opcode: AdminOpcode.identify, dataLength: 512, dwords: { 10: 1 } };
    expect(admin.ask(fields).status).toBe(Status.dataSglLengthInvalid);
  });
});

describe('features', () => {
  it('grant queues, as long as there is none', () => {
    const lab = new TestLab();
    const node = lab.node({ settings: { queues: 4 } });
    const admin = new HostQueue(lab, node, 1);
    const cntlid = admin.connect({}).dword0;
    admin.propertySet(Property.configuration, ENABLE);
    expect(admin.feature(Feature.numberOfQueues, 0x0007_0007).dword0).toBe(0x0003_0003);
    expect(admin.feature(Feature.numberOfQueues, 0x0001_0002).dword0).toBe(0x0001_0001);
    expect(admin.feature(Feature.numberOfQueues).dword0).toBe(0x0001_0001);
    expect(admin.feature(Feature.numberOfQueues, 0xffff).status).toBe(Status.invalidField);
    new HostQueue(lab, node, 1).connect({ qid: 1, cntlid });
    expect(admin.feature(Feature.numberOfQueues, 0).status).toBe(Status.commandSequenceError);
  });

  it('keep the event configuration, the host identifier and what cannot be changed', () => {
    const { admin } = setUp();
    expect(admin.feature(Feature.asyncEventConfiguration).dword0).toBe((1 << 20) | (1 << 11));
    expect(admin.feature(Feature.hostIdentifier, undefined, 16).data).toEqual(
      new Uint8Array(16).fill(1),
    );
    expect(admin.feature(Feature.hostIdentifier).status).toBe(Status.invalidField);
    expect(admin.feature(Feature.hostIdentifier, 0).status).toBe(Status.featureNotChangeable);
    expect(admin.feature(Feature.volatileWriteCache, 1).status).toBe(Status.featureNotChangeable);
    expect(admin.feature(Feature.volatileWriteCache).dword0).toBe(0);
    expect(admin.feature(0x55).status).toBe(Status.invalidField);
    expect(admin.feature(0x55, 1).status).toBe(Status.invalidField);
  });
});

describe('log pages', () => {
  it('list what is supported, with the commands', () => {
    const { admin } = setUp();
    const pages = admin.log(0x00, 1024).data;
    const lids = [...pages.keys()]
      .filter((at) => at % 4 === 0 && pages[at] === 1)
      .map((at) => at / 4);
    expect(lids).toEqual([0, 1, 2, 3, 4, 5, 0x0c, 0x1e]);
    for (const lid of lids) expect(admin.log(lid, 512).status).toBe(Status.success);
    const effects = viewOf(admin.log(0x05, 4096));
    expect(effects.getUint32(0x38 * 4, true)).toBe(1);
    expect(effects.getUint32(1024 + 4, true)).toBe(3);
    expect(effects.getUint32(1024 + 8, true)).toBe(1);
  });

  it('note the errors, the latest first', () => {
    const { admin } = setUp();
    admin.identify(0x44, 5);
    admin.ask({ opcode: 0xc0 });
    const errors = viewOf(admin.log(0x01, 128));
    expect(errors.getBigUint64(0, true)).toBe(2n);
    expect(errors.getUint16(12, true)).toBe(Status.invalidOpcode << 1);
    expect(errors.getUint16(64 + 12, true)).toBe(Status.invalidField << 1);
    expect(errors.getUint32(64 + 24, true)).toBe(5);
  });

  it('count what went through the port', () => {
    const { lab, admin, io } = setUp();
    io.write(0, block(1));
    io.read(0, 1);
    lab.run();
    const health = viewOf(admin.log(0x02, 512));
    expect(health.getBigUint64(64, true)).toBe(1n);
    expect(health.getBigUint64(80, true)).toBe(1n);
  });

  it('are read from an offset, and not behind the end', () => {
    const { admin } = setUp();
    const whole = admin.log(0x0c, 52).data;
    expect(admin.log(0x0c, 16, { offset: 16 }).data).toEqual(whole.subarray(16, 32));
    expect(admin.log(0x0c, 16, { offset: 18 }).status).toBe(Status.invalidField);
    expect(admin.log(0x0c, 16, { offset: 56 }).status).toBe(Status.invalidField);
    expect(admin.log(0x77, 512).status).toBe(Status.invalidLogPage);
    const fields = { opcode: AdminOpcode.getLogPage, dataLength: 64, dwords: { 10: 0x7f_0002 } };
    expect(admin.ask(fields).status).toBe(Status.dataSglLengthInvalid);
  });
});

describe('asynchronous events', () => {
  it('tell of an ANA change, once until its page is read', () => {
    const { lab, node, host } = setUp();
    const first = host.request();
    const second = host.request();
    lab.run();
    node.setAnaState(2, 'inaccessible');
    lab.run();
    expect(host.admin.answers.has(first)).toBe(false);
    node.setAnaState(1, 'inaccessible');
    node.setAnaState(1, 'inaccessible');
    node.setAnaState(1, 'non-optimized');
    lab.run();
    expect(host.admin.answer(first).dword0).toBe(0x000c_0302);
    expect(host.admin.answers.has(second)).toBe(false);
    const ana = viewOf(host.admin.log(0x0c, 52, { rae: true }));
    expect([ana.getBigUint64(0, true), ana.getUint8(32)]).toEqual([2n, 2]);
    node.setAnaState(1, 'change');
    lab.run();
    expect(host.admin.answers.has(second)).toBe(false);
    expect(viewOf(host.admin.log(0x0c, 52, { lsp: 1 })).getUint32(20, true)).toBe(0);
    node.setAnaState(1, 'optimized');
    lab.run();
    expect(host.admin.answer(second).dword0).toBe(0x000c_0302);
  });

  it('wait for a request, and are not told where they are switched off', () => {
    const { lab, node, host } = setUp();
    node.setAnaState(1, 'change');
    const late = host.request();
    lab.run();
    expect(host.admin.answer(late).dword0).toBe(0x000c_0302);
    host.admin.log(0x0c, 52);
    host.admin.feature(Feature.asyncEventConfiguration, 0);
    const never = host.request();
    node.setAnaState(1, 'optimized');
    lab.run();
    expect(host.admin.answers.has(never)).toBe(false);
  });

  it('have four requests at most, which can be aborted', () => {
    const { lab, host } = setUp();
    const requests = [1, 2, 3, 4, 5].map(() => host.request());
    lab.run();
    expect(host.admin.answer(requests[4]!).status).toBe(Status.asyncEventLimitExceeded);
    const abort = (cid: number, queueId = 0) =>
      host.admin.ask({ opcode: AdminOpcode.abort, dwords: { 10: ((cid << 16) | queueId) >>> 0 } });
    expect(abort(requests[0]!).dword0).toBe(0);
    expect(host.admin.answer(requests[0]!).status).toBe(Status.abortRequested);
    expect(abort(requests[0]!).dword0).toBe(1);
    expect(abort(requests[1]!, 1).dword0).toBe(1);
  });
});

describe('the discovery subsystem', () => {
  it('lists the ports of the array, and tells when they change', () => {
    const { lab, node } = setUp();
    const admin = new HostQueue(lab, node, 1);
    admin.connect({ subsystemNqn: DISCOVERY_NQN, hostNqn: HOST });
    admin.propertySet(Property.configuration, ENABLE);
    expect(readIdentifyController(admin.identify(1).data)).toMatchObject({
      subsystemNqn: DISCOVERY_NQN,
      oaes: 0x8000_0000,
      ciu: 0,
      ccrl: 0,
    });
    expect(admin.identify(0, 1).status).toBe(Status.invalidField);
    const page = admin.log(0x70, 4096);
    expect(viewOf(page).getBigUint64(8, true)).toBe(3n);
    const entries = [1, 2, 3].map((i) => {
      const at = 1024 * i;
      const { data } = page;
      return [data[at + 1], data[at + 2], data[at + 4], readText(data, at + 32, 32)].concat(
        readText(data, at + 256, 256),
        readText(data, at + 512, 256),
      );
    });
    expect(entries).toEqual([
      [1, 2, 1, '4420', SUBSYSTEM, '10.0.1.1'],
      [1, 2, 2, '4420', SUBSYSTEM, '10.0.2.1'],
      [2, 2, 9, '8009', SUBSYSTEM, 'fd00::9'],
    ]);
    expect(admin.log(0x0c, 52).status).toBe(Status.invalidLogPage);
    admin.feature(Feature.asyncEventConfiguration, 0x8000_0000);
    const request = admin.issue({ opcode: AdminOpcode.asyncEventRequest });
    node.discoveryChanged();
    lab.run();
    expect(admin.answer(request).dword0).toBe(0x0070_f002);
    expect(viewOf(admin.log(0x70, 16)).getBigUint64(0, true)).toBe(2n);
  });
});
