import { describe, expect, it } from 'vitest';
import type { QemuCommandOptions } from './qemu-command.js';
import { qemuArguments } from './qemu-command.js';

const base: QemuCommandOptions = {
  name: 'A',
  accelerator: 'tcg',
  memoryMb: 384,
  kernel: '/k',
  initrd: '/i',
  nics: [{ id: 'A', socket: '/run/x/A.node', mac: '52:54:00:00:00:01' }],
  disks: [{ id: 'd0', socket: '/run/x/A.nbd', export: 'A', serial: 'S1', blockSize: 4096 }],
  appendArgs: ['nvme_core.io_timeout=5'],
  qmpSocket: '/run/x/A.qmp',
  agentSocket: '/run/x/A.ga',
};

function values(args: readonly string[], option: string): string[] {
  return args.filter((_, index) => args[index - 1] === option);
}

describe("QEMU's command line", () => {
  it('joins cards to the fabric and disks to the backend, in JSON', () => {
    const args = qemuArguments(base);
    expect(values(args, '-netdev').map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'stream', id: 'A', server: false, addr: { type: 'unix', path: '/run/x/A.node' } },
    ]);
    expect(values(args, '-blockdev').map((text) => JSON.parse(text) as unknown)).toEqual([
      expect.objectContaining({
        driver: 'nbd',
        server: { type: 'unix', path: '/run/x/A.nbd' },
        export: 'A',
        cache: { direct: true, 'no-flush': false },
      }),
    ]);
    expect(values(args, '-device').map((text) => JSON.parse(text) as unknown)).toContainEqual(
      expect.objectContaining({
        driver: 'virtio-blk-pci',
        'share-rw': true,
        'request-merging': false,
        logical_block_size: 4096,
        physical_block_size: 4096,
        serial: 'S1',
      }),
    );
  });

  it('lets a card listen, for that of another VM', () => {
    const listening = { ...base, nics: [{ ...base.nics[0]!, listen: true }] };
    const [netdev] = values(qemuArguments(listening), '-netdev');
    expect(JSON.parse(netdev!)).toEqual({
      type: 'stream',
      id: 'A',
      server: true,
      addr: { type: 'unix', path: '/run/x/A.node' },
    });
  });

  it('is sandboxed, bare, and ends with a panic', () => {
    const args = qemuArguments(base);
    expect(values(args, '-sandbox')).toEqual([
      'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    ]);
    expect(args).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '-no-reboot']));
    const [append] = values(args, '-append');
    expect(append!.split(' ')).toEqual(
      expect.arrayContaining(['panic=-1', 'fenceline.name=A', 'nvme_core.io_timeout=5']),
    );
  });

  it('lets requests be merged only when that is wanted', () => {
    const merging = { ...base, disks: [{ ...base.disks[0]!, requestMerging: true }] };
    expect(values(qemuArguments(merging), '-device').join()).toContain('"request-merging":true');
  });

  it('keeps a comma of a path in the path', () => {
    const args = qemuArguments({ ...base, qmpSocket: '/run/a,server=on/A.qmp' });
    expect(args).toContain('socket,id=monitor,path=/run/a,,server=on/A.qmp');
  });

  it.each([
    [{ name: 'A,debug-threads=on' }, /VM name/],
    [{ memoryMb: 64 }, /memory must be 128 to 65536 MiB, not 64/],
    [{ memoryMb: 384.5 }, /memory must be/],
    [{ appendArgs: ['init=/bin/sh x'] }, /Kernel argument/],
    [{ nics: [{ ...base.nics[0]!, id: 'x y' }] }, /Network card/],
    [{ nics: [{ ...base.nics[0]!, mac: 'x' }] }, /MAC/],
    [{ disks: [{ ...base.disks[0]!, export: 'a"b' }] }, /Export/],
    [{ disks: [{ ...base.disks[0]!, serial: 'a,b' }] }, /Serial/],
    [{ disks: [{ ...base.disks[0]!, blockSize: 1000 }] }, /power of two .* not 1000/],
  ])('refuses %j', (wrong, message) => {
    expect(() => qemuArguments({ ...base, ...wrong })).toThrow(message);
  });
});
