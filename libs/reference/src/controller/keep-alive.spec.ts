import { AdminOpcode, Feature, Property, Status } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { block, ENABLE, HostAssociation, TestLab } from './scripted-host.testing.js';

const setUp = (settings: { tbkas: boolean }, katoMs: number) => {
  const lab = new TestLab();
  const node = lab.node({ settings });
  return { lab, node, host: new HostAssociation(lab, node, 1, { katoMs }) };
};

describe('keep alive', () => {
  it('without TBKAS, ends one KATO after the last Keep Alive, whatever else comes', () => {
    const { lab, host } = setUp({ tbkas: false }, 1000);
    lab.pass(900);
    host.admin.ask({ opcode: AdminOpcode.keepAlive });
    lab.pass(500);
    host.io.write(0, block(1));
    lab.pass(499);
    expect(host.admin.isClosed).toBe(false);
    lab.pass(1);
    expect([host.admin.isClosed, host.io.isClosed]).toEqual([true, true]);
    expect(lab.lines).toContain('node: ctrl 1 keep-alive timer (1 seconds) expired!');
  });

  it('by traffic, ends with the first interval in which no command came', () => {
    const { lab, host } = setUp({ tbkas: true }, 1000);
    lab.pass(900);
    host.io.write(0, block(1));
    lab.pass(1099);
    expect(host.admin.isClosed).toBe(false);
    lab.pass(1);
    expect(host.admin.isClosed).toBe(true);
  });

  it('rounds KATO up to KAS, and takes another by Set Features', () => {
    const { lab, host } = setUp({ tbkas: false }, 1001);
    expect(host.admin.feature(Feature.keepAliveTimer).dword0).toBe(2000);
    expect(host.admin.feature(Feature.keepAliveTimer, 500).dword0).toBe(1000);
    lab.pass(1000);
    expect(host.admin.isClosed).toBe(true);
  });

  it('of 0 never ends an association', () => {
    const { lab, host } = setUp({ tbkas: false }, 0);
    lab.pass(10_000_000);
    expect(host.admin.identify(1).status).toBe(Status.success);
  });

  it('waits for what is at the medium before the CNTLID is given again', () => {
    const { lab, node, host } = setUp({ tbkas: true }, 1000);
    lab.medium.holds = true;
    host.io.write(0, block(1));
    lab.pass(2000);
    expect(host.admin.isClosed).toBe(true);
    expect(new HostAssociation(lab, node, 1).cntlid).toBe(2);
    lab.medium.release();
    const next = new HostAssociation(lab, node, 1);
    expect(next.cntlid).toBe(1);
    expect(next.instance.ciu).toBe(3);
  });

  it('goes on while the controller is disabled, for two minutes at most', () => {
    const { lab, host } = setUp({ tbkas: true }, 0);
    host.admin.propertySet(Property.configuration, 0);
    lab.pass(119_999);
    expect(host.admin.isClosed).toBe(false);
    lab.pass(1);
    expect(host.admin.isClosed).toBe(true);
  });

  it('stays when it was enabled again, however often the host had changed its mind', () => {
    const { lab, host } = setUp({ tbkas: true }, 0);
    lab.medium.holds = true;
    host.io.write(0, block(1));
    lab.run();
    for (const value of [0, ENABLE, 0]) host.admin.setProperty(Property.configuration, value);
    lab.run();
    lab.medium.release();
    lab.run();
    host.enable();
    lab.pass(120_000);
    expect(host.admin.isClosed).toBe(false);
  });
});
