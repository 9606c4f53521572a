import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bringExt4 } from '../support/ext4.js';
import { withLab } from '../support/open-lab.js';
import { withFolder } from '../support/run-fenceline.js';

const scenario = `fenceline: 1
name: file-system
array:
  nodes:
    array: { kind: reference, ports: 2, cqt: 20s }
hosts:
  host1: { keepAlive: 5s, ioPolicy: round-robin }
links:
  A: { host: host1, node: array, port: 1 }
  B: { host: host1, node: array, port: 2 }
workload:
  - name: unused
    fio: { size: 4k, rw: read }
bounds: { boot: 180s, connect: 120s }
`;

const timeoutMs = 120_000;

it('a stock host makes an ext4 on the reference controllers, writes and verifies files over both paths', () =>
  withFolder(async (folder) => {
    await withLab(scenario, join(folder, 'evidence'), async ({ lab, kernels }) => {
      const vm = lab.vm('host1');
      const sh = (line: string) => vm.agent.run(['sh', '-c', line], { timeoutMs });
      await bringExt4(vm, kernels['host1']!);
      await lab.connect();
      // By its path: the guest's shell has a smaller mke2fs of its own.
      await sh(
        '/usr/sbin/mke2fs -q -t ext4 /dev/nvme0n1 && mkdir -p /mnt && mount -t ext4 /dev/nvme0n1 /mnt',
      );
      for (const bs of ['4k', '64k']) {
        await sh(
          `fio --name=v${bs} --directory=/mnt --direct=1 --ioengine=libaio --bs=${bs} --size=4m ` +
            '--rw=randwrite --iodepth=4 --fsync=16 --verify=crc32c --do_verify=1 --verify_fatal=1',
        );
      }
      await sh('md5sum /mnt/v* > /tmp/sums && umount /mnt');
      await sh('/usr/sbin/e2fsck -f -n /dev/nvme0n1');
      // Again from the medium: nothing of it is in the host's cache any more.
      await sh('echo 3 > /proc/sys/vm/drop_caches; mount -t ext4 /dev/nvme0n1 /mnt');
      await sh('md5sum -c /tmp/sums && umount /mnt');
      const stat = await sh('cat /sys/block/nvme0c*n1/stat');
      const paths = stat.trim().split('\n');
      expect(paths).toHaveLength(2);
      // Writes completed are the fifth number (Documentation/block/stat.rst).
      for (const path of paths) expect(Number(path.trim().split(/\s+/)[4])).toBeGreaterThan(100);
      const troubles = await sh(
        'dmesg | grep -iE "ext4.*error|I/O error|nvme.*(timeout|reset)" || true',
      );
      expect(troubles).toBe('');
    });
  }));
