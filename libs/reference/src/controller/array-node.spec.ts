import { CCR_COMPLETED_EVENT, Property, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { block, HostAssociation, TestLab } from './scripted-host.testing.js';

describe('an array node', () => {
  it('connects, identifies, writes and reads', () => {
    const lab = new TestLab();
    const host = new HostAssociation(lab, lab.node(), 1);
    expect(host.admin.propertyGet(Property.status).dword0).toBe(1);
    expect(host.instance).toMatchObject({ cntlid: 1, serial: 'FENCELINE', ccrl: 4, tbkas: true });
    const write = host.io.write(3, block(7));
    lab.run();
    expect(host.io.answer(write).status).toBe(Status.success);
    const big = new Uint8Array(20 * 4096).fill(9);
    const byR2t = host.io.write(8, big, false);
    lab.run();
    expect(host.io.answer(byR2t).status).toBe(Status.success);
    const read = host.io.read(2, 7);
    lab.run();
    expect(host.io.answer(read).data[4096]).toBe(7);
    expect(host.io.answer(read).data[6 * 4096]).toBe(9);
  });

  it('reports a reset once what was at the medium has come back', () => {
    const lab = new TestLab();
    const node = lab.node();
    const lost = new HostAssociation(lab, node, 1);
    const source = new HostAssociation(lab, node, 2);
    const event = source.request();
    lab.medium.holds = true;
    lost.io.write(1, block(1));
    lab.run();
    const ccr = source.admin.ccr(lost.instance);
    lab.run();
    expect(source.admin.answer(ccr)).toMatchObject({ status: 0, dword0: 0 });
    expect(lost.io.isClosed).toBe(true);
    expect(source.admin.ccrLog()).toMatchObject([{ icid: lost.cntlid, status: 0 }]);
    expect(source.admin.answers.has(event)).toBe(false);
    lab.medium.release();
    lab.run();
    expect(source.admin.answer(event).dword0).toBe(CCR_COMPLETED_EVENT);
    expect(source.admin.ccrLog()).toMatchObject([{ icid: lost.cntlid, status: 1 }]);
  });

  it('ends an association whose keep alive has expired', () => {
    const lab = new TestLab();
    const host = new HostAssociation(lab, lab.node({ settings: { tbkas: false } }), 1, {
      katoMs: 1000,
    });
    lab.pass(999);
    expect(host.admin.isClosed).toBe(false);
    lab.pass(1);
    expect(host.admin.isClosed).toBe(true);
    expect(lab.lines.at(-1)).toContain('keep-alive timer (1 seconds) expired!');
  });
});
