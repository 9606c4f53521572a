import { CCR_COMPLETED_EVENT, CcrStatus, Property, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { block, HostAssociation, HostQueue, TestLab } from './scripted-host.testing.js';
import type { GivenSettings } from './settings.js';

/** Two associations of one host at two ports: one that is lost, and the source that is asked to reset it. */
function setUp(ccr: GivenSettings['ccr'] = {}, settings: GivenSettings = {}) {
  const lab = new TestLab();
  const node = lab.node({ settings: { ...settings, ccr } });
  const lost = new HostAssociation(lab, node, 1);
  const source = new HostAssociation(lab, node, 2);
  const ask = (named: Parameters<HostQueue['ccr']>[0], by = source) => {
    const cid = by.admin.ccr(named);
    lab.run();
    return by.admin.answer(cid);
  };
  return { lab, node, lost, source, ask };
}

describe('Cross-Controller Reset', () => {
  it('of a quiet controller is immediate', () => {
    const { lost, source, ask } = setUp();
    expect(ask(lost.instance)).toMatchObject({ status: Status.success, dword0: 1 });
    expect([lost.admin.isClosed, lost.io.isClosed]).toEqual([true, true]);
    expect(source.ccrLog()).toEqual([]);
  });

  it('succeeds by log entry and event once the medium is quiet', () => {
    const { lab, lost, source, ask } = setUp();
    const event = source.request();
    lab.medium.holds = true;
    const { instance } = lost;
    lost.io.write(1, block(1));
    lab.run();
    expect(ask(instance)).toMatchObject({ status: Status.success, dword0: 0 });
    expect(lost.io.isClosed).toBe(true);
    const entry = { icid: instance.cntlid, ciu: instance.ciu };
    expect(source.ccrLog()).toMatchObject([{ ...entry, status: CcrStatus.inProgress }]);
    expect(ask(instance).status).toBe(Status.ccrInProgress);
    lab.pass(10_000);
    expect(source.admin.answers.has(event)).toBe(false);
    lab.medium.release();
    lab.run();
    expect(source.admin.answer(event).dword0).toBe(CCR_COMPLETED_EVENT);
    expect(source.ccrLog()).toMatchObject([{ ...entry, status: CcrStatus.success }]);
  });

  it('goes by the log page alone where it is not to be immediate', () => {
    const { lab, lost, source, ask } = setUp({ immediate: false });
    const event = source.request();
    expect(ask(lost.instance)).toMatchObject({ status: Status.success, dword0: 0 });
    lab.run();
    expect(source.admin.answer(event).dword0).toBe(CCR_COMPLETED_EVENT);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.success }]);
  });

  it('has failed when its bound passes first; the controller is reset all the same', () => {
    const { lab, lost, source, ask } = setUp({ boundMs: 500 });
    const event = source.request();
    lab.medium.holds = true;
    const { instance } = lost;
    lost.io.write(1, block(1));
    lab.run();
    ask(instance);
    lab.pass(499);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.inProgress }]);
    lab.pass(1);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.failed }]);
    expect(source.admin.answer(event).dword0).toBe(CCR_COMPLETED_EVENT);
    // It may be asked for again, and what comes back in the end changes no older entry.
    expect(ask(instance).status).toBe(Status.success);
    lab.medium.release();
    lab.run();
    expect(source.ccrLog().map(({ status }) => status)).toEqual([
      CcrStatus.failed,
      CcrStatus.success,
    ]);
  });

  it('of an instance that the host has enabled while that of the one before has not begun is taken', () => {
    const { lab, lost, source, ask } = setUp({ takesMs: 1_000 });
    const { instance } = lost;
    ask(instance);
    lost.admin.propertySet(Property.configuration, 0);
    lost.enable();
    const next = lost.instance;
    expect(ask(next).status).toBe(Status.success);
    lab.pass(500);
    expect(source.ccrLog()).toMatchObject([
      { ciu: instance.ciu, status: CcrStatus.inProgress },
      { ciu: next.ciu, status: CcrStatus.inProgress },
    ]);
    lab.pass(500);
    expect(source.ccrLog()).toMatchObject([
      { ciu: instance.ciu, status: CcrStatus.success },
      { ciu: next.ciu, status: CcrStatus.success },
    ]);
    expect(lost.admin.isClosed).toBe(true);
  });

  it('that begins late does not end the next instance', () => {
    const { lab, lost, source, ask } = setUp({ takesMs: 1_000 });
    ask(lost.instance);
    lost.admin.propertySet(Property.configuration, 0);
    lost.enable();
    lab.pass(1_000);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.success }]);
    expect(lost.admin.isClosed).toBe(false);
  });

  it('begins as late as a scenario wants', () => {
    const { lab, lost, source, ask } = setUp({ takesMs: 700 });
    expect(ask(lost.instance)).toMatchObject({ status: Status.success, dword0: 0 });
    lab.pass(699);
    expect(lost.io.isClosed).toBe(false);
    lab.pass(1);
    expect(lost.io.isClosed).toBe(true);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.success }]);
  });

  it('fails, and resets nothing, where a scenario wants so', () => {
    const { lab, lost, source, ask } = setUp({ fail: true, takesMs: 100 });
    const event = source.request();
    expect(ask(lost.instance)).toMatchObject({ status: Status.success, dword0: 0 });
    lab.pass(100);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.failed }]);
    expect(source.admin.answer(event).dword0).toBe(CCR_COMPLETED_EVENT);
    expect(lost.admin.identify(1).status).toBe(Status.success);
  });

  it('sends no event where it is to be lost', () => {
    const { lab, lost, source, ask } = setUp({ immediate: false, dropEvent: true });
    const event = source.request();
    ask(lost.instance);
    lab.pass(1000);
    expect(source.admin.answers.has(event)).toBe(false);
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.success }]);
  });

  it.each([
    ['in-progress', Status.ccrInProgress],
    ['log-full', Status.ccrLogPageFull],
    ['limit', Status.ccrLimitExceeded],
  ] as const)('is refused with %s', (refuse, status) => {
    const { lost, ask } = setUp({ refuse });
    expect(ask(lost.instance)).toMatchObject({ status, doNotRetry: false });
    expect(lost.admin.isClosed).toBe(false);
  });

  it('wants the whole name of an instance, of the same host, and not the source itself', () => {
    const { lab, node, lost, source, ask } = setUp();
    const { instance } = lost;
    const stranger = new HostAssociation(lab, node, 2, { hostNqn: 'nqn.stranger' });
    const wrong = { status: Status.invalidField, doNotRetry: true };
    expect(ask({ ...instance, cntlid: 50 })).toMatchObject(wrong);
    expect(ask({ ...instance, ciu: instance.ciu + 1 })).toMatchObject(wrong);
    expect(ask({ ...instance, cirn: instance.cirn ^ 1n })).toMatchObject(wrong);
    expect(ask(instance, stranger)).toMatchObject(wrong);
    expect(ask(source.instance)).toMatchObject(wrong);
    expect(lost.admin.isClosed).toBe(false);
    expect(source.ccrLog()).toEqual([]);
  });

  it('takes no more than CCRL at once', () => {
    const { lab, node, lost, source, ask } = setUp({}, { ccrl: 1 });
    const second = new HostAssociation(lab, node, 1);
    const [first, next] = [lost.instance, second.instance];
    lab.medium.holds = true;
    for (const { io } of [lost, second]) io.write(1, block(1));
    lab.run();
    expect(ask(first).status).toBe(Status.success);
    expect(ask(next).status).toBe(Status.ccrLimitExceeded);
    lab.medium.release();
    lab.run();
    expect(ask(next)).toMatchObject({ status: Status.success, dword0: 1 });
    expect(source.ccrLog()).toHaveLength(1);
  });

  it('takes none when its log page is full, until completed entries are removed', () => {
    const { lab, node, source, ask } = setUp({ immediate: false });
    const lose = () => {
      const lost = new HostQueue(lab, node, 1);
      const cntlid = lost.connect({}).dword0;
      lost.propertySet(Property.configuration, (4 << 20) | (6 << 16) | 1);
      return { cntlid, identify: () => lost.identify(1).data };
    };
    for (let i = 0; i < 511; i++) {
      const { cntlid, identify } = lose();
      const view = new DataView(identify().buffer);
      const named = { cntlid, ciu: view.getUint8(135), cirn: view.getBigUint64(136, true) };
      expect(ask(named).status).toBe(Status.success);
      lab.run();
    }
    const { instance } = new HostAssociation(lab, node, 1);
    expect(ask(instance).status).toBe(Status.ccrLogPageFull);
    // Only what is read is removed: here the first two entries.
    source.admin.log(0x1e, 24, { lsp: 1 });
    expect(source.ccrLog(1)).toHaveLength(509);
    expect(source.ccrLog()).toEqual([]);
    expect(ask(instance).status).toBe(Status.success);
  });

  it('of an instance that is gone is immediate, where those are remembered', () => {
    for (const rememberGone of [true, false]) {
      const { lab, node, lost, ask } = setUp({ rememberGone });
      const { instance } = lost;
      lost.admin.close();
      const next = new HostAssociation(lab, node, 1);
      expect(next.cntlid).toBe(instance.cntlid);
      expect(ask(instance)).toMatchObject(
        rememberGone ? { status: Status.success, dword0: 1 } : { status: Status.invalidField },
      );
      expect(next.admin.isClosed).toBe(false);
      expect(next.instance.cirn).not.toBe(instance.cirn);
    }
  });

  it('of an instance that has ended and is not quiet waits for it', () => {
    const { lab, lost, source, ask } = setUp();
    const { instance } = lost;
    lab.medium.holds = true;
    lost.io.write(1, block(1));
    lab.run();
    lost.admin.close();
    expect(ask(instance)).toMatchObject({ status: Status.success, dword0: 0 });
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.inProgress }]);
    lab.medium.release();
    lab.run();
    expect(source.ccrLog()).toMatchObject([{ status: CcrStatus.success }]);
  });

  it('of two controllers that are asked to reset each other ends both', () => {
    const { lab, lost, source } = setUp();
    const [a, b] = [lost.instance, source.instance];
    lost.admin.ccr(b);
    source.admin.ccr(a);
    lab.run();
    expect([lost, source].map(({ admin }) => admin.isClosed).filter(Boolean)).toHaveLength(1);
  });
});
