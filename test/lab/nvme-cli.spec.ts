import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Vm } from '@fenceline/vm';
import { expect, it } from 'vitest';
import { withLab } from '../support/open-lab.js';
import { withFolder } from '../support/run-fenceline.js';

const scenario = `fenceline: 1
name: nvme-cli
array:
  nodes:
    array: { kind: reference, ports: 2, cqt: 20s, digests: true, ccr: { immediate: false } }
hosts:
  host1: { keepAlive: 5s }
links:
  A: { host: host1, node: array, port: 1 }
  B: { host: host1, node: array, port: 2 }
workload:
  - name: unused
    fio: { size: 4k, rw: read }
bounds: { boot: 180s, connect: 120s }
`;

const timeoutMs = 120_000;

/** Runs a line of shell in the guest; what it prints. */
const sh = (vm: Vm, line: string) => vm.agent.run(['sh', '-c', line], { timeoutMs });

/** Runs a line of shell until it succeeds. */
const until = (vm: Vm, line: string) =>
  sh(vm, `n=0; until ${line}; do n=$((n+1)); [ $n -lt 3000 ] || exit 1; usleep 20000; done`);

/** The bytes that a program writes. */
async function bytesOf(vm: Vm, line: string): Promise<number[]> {
  const text = await sh(vm, `${line} | od -An -v -tx1`);
  return text
    .trim()
    .split(/\s+/)
    .map((byte) => parseInt(byte, 16));
}

const word = (bytes: readonly number[], at: number) => bytes[at]! | (bytes[at + 1]! << 8);
const dword = (bytes: readonly number[], at: number) =>
  (word(bytes, at) | (word(bytes, at + 2) << 16)) >>> 0;

it('nvme-cli of a stock host finds the reference controllers to be what they say', () =>
  withFolder(async (folder) => {
    const evidence = join(folder, 'evidence');
    await withLab(scenario, evidence, async ({ lab, plan }) => {
      const vm = lab.vm('host1');
      const [{ hostNqn, hostId }] = plan.hosts as [(typeof plan.hosts)[number]];
      const [portA] = plan.nodes[0]!.ports;
      const who = `--hostnqn=${hostNqn} --hostid=${hostId}`;
      const where = `-t tcp -a ${portA!.address} -s ${portA!.trsvcid}`;

      const discovered = await sh(vm, `nvme discover ${where} ${who}`);
      expect(discovered).toContain('Number of Records 2');
      for (const { address } of plan.nodes[0]!.ports) expect(discovered).toContain(address);
      expect(discovered).toContain(plan.subsystemNqn);

      await lab.connect();
      const listed = await sh(vm, 'nvme list-subsys');
      expect(listed.match(/ tcp .* live/g)).toHaveLength(2);
      const before = await bytesOf(vm, 'nvme id-ctrl /dev/nvme0 --raw-binary');
      expect(before[76]! & 0x0b).toBe(0x0b);
      expect(word(before, 386)).toBe(20_000);
      expect(before[1807]).toBe(4);

      const fio = (jobs: string) =>
        sh(vm, `fio --name=v --filename=/dev/nvme0n1 --direct=1 --ioengine=libaio ${jobs}`);
      const verified = '--rw=randwrite --size=2m --verify=crc32c --do_verify=1 --iodepth=4';
      await fio(`${verified} --bs=4k`);
      await fio(`${verified} --bs=64k`);

      lab.perform({ kind: 'setAna', nodes: ['array'], port: 1, state: 'inaccessible' });
      await until(vm, 'grep -q inaccessible /sys/block/nvme0c*n1/ana_state');
      await fio(`${verified} --bs=4k`);
      lab.perform({ kind: 'setAna', nodes: ['array'], port: 1, state: 'optimized' });
      await until(vm, '! grep -q inaccessible /sys/block/nvme0c*n1/ana_state');

      // Path A's controller is reset through path B: the host loses it, and connects another one.
      const cdw10 = word(before, 78) | (before[135]! << 16);
      const ccr = await sh(
        vm,
        `nvme admin-passthru /dev/nvme1 --opcode=0x38 --cdw10=${cdw10} ` +
          `--cdw12=${dword(before, 136)} --cdw13=${dword(before, 140)} 2>&1`,
      );
      expect(ccr).toMatch(/result: 0x0*\b/);
      const log = await bytesOf(
        vm,
        'nvme get-log /dev/nvme1 --log-id=0x1e --log-len=16 --namespace-id=0xffffffff --raw-binary',
      );
      expect(word(log, 0)).toBe(1);
      expect([word(log, 8), log[10], log[14]]).toEqual([word(before, 78), before[135], 1]);
      await until(vm, 'dmesg | grep -q "nvme0: Successfully reconnected"');
      const after = await bytesOf(vm, 'nvme id-ctrl /dev/nvme0 --raw-binary');
      expect(after.slice(136, 144)).not.toEqual(before.slice(136, 144));

      await sh(vm, 'nvme disconnect-all');
      await sh(
        vm,
        `nvme connect ${where} --nqn=${plan.subsystemNqn} ${who} --hdr-digest --data-digest`,
      );
      await until(vm, '[ -b /dev/nvme0n1 ]');
      await fio(`${verified} --bs=4k`);
      await fio(`${verified} --bs=64k`);
    });
    const captures = join(evidence, 'captures');
    const files = await readdir(captures);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const filter = ['-Y', '_ws.malformed', '-T', 'fields', '-e', 'frame.number'];
      const { stdout } = await promisify(execFile)('tshark', [
        ...['-r', join(captures, file), '-d', 'tcp.port==4420,nvme-tcp'],
        ...filter,
      ]);
      expect(stdout, file).toBe('');
    }
  }));
