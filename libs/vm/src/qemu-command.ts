import { checkedKernelArgument, checkedMac, checkedName, checkedSocketPath } from './names.js';
import { VmError } from './vm-error.js';

/** What a guest can run on. */
export type Accelerator = 'kvm' | 'tcg';

/** A network card, joined to a socket of the fabric. */
export interface NicOptions {
  id: string;
  /** Unix socket that the fabric listens on; with `listen`, where QEMU makes one itself. */
  socket: string;
  mac: string;
  /**
   * Whether QEMU listens instead of connecting, so that the card of another QEMU is joined to this
   * one directly, with no fabric between; that other VM is launched after this one.
   * @defaultValue false
   */
  listen?: boolean;
}

/** A disk, joined to an export of the backend. */
export interface DiskOptions {
  id: string;
  /** Unix socket that the backend listens on. */
  socket: string;
  /** Name of the NBD export. */
  export: string;
  serial?: string;
  /** Logical and physical block size, in bytes. */
  blockSize: number;
  /** Whether QEMU may join adjacent writes into one; it may not unless a scenario wants that. */
  requestMerging?: boolean;
}

/** What QEMU's command line is made of. */
export interface QemuCommandOptions {
  name: string;
  accelerator: Accelerator;
  memoryMb: number;
  /** Paths as QEMU opens them. */
  kernel: string;
  initrd: string;
  nics: readonly NicOptions[];
  disks: readonly DiskOptions[];
  appendArgs: readonly string[];
  qmpSocket: string;
  agentSocket: string;
}

/** Least and most memory of a VM, in MiB. */
const MEMORY_MB = { least: 128, most: 65_536 } as const;

/**
 * Kernel arguments of every guest. They leave out work at boot and let a panic end the VM; none
 * changes how the kernel does block I/O, TCP or NVMe.
 */
export const BASE_KERNEL_ARGUMENTS: readonly string[] = [
  'console=ttyS0',
  'loglevel=5',
  'panic=-1',
  'nokaslr',
  'mitigations=off',
  'no_timer_check',
];

/** A path as the value of a `key=value` option: a comma is written twice (QEMU: qemu-options). */
function optionValue(path: string): string {
  return path.replaceAll(',', ',,');
}

/** The processor of a guest. */
function processor(accelerator: Accelerator): string {
  // Under emulation "rep movs" is a loop of single steps: without ERMS the kernel copies by words.
  return accelerator === 'kvm' ? 'host' : 'max,erms=off,fsrm=off';
}

function nic({ id, socket, mac, listen = false }: NicOptions): string[] {
  const name = checkedName('Network card', id);
  return [
    '-netdev',
    JSON.stringify({
      type: 'stream',
      id: name,
      server: listen,
      addr: { type: 'unix', path: checkedSocketPath(socket) },
    }),
    '-device',
    JSON.stringify({
      driver: 'virtio-net-pci',
      id: `${name}-card`,
      netdev: name,
      mac: checkedMac(mac),
      romfile: '',
    }),
  ];
}

function disk(options: DiskOptions): string[] {
  const name = checkedName('Disk', options.id);
  const { blockSize } = options;
  if (blockSize < 512 || blockSize > 2 ** 21 || !Number.isInteger(Math.log2(blockSize))) {
    throw new VmError(
      `Disk ${name}: the block size must be a power of two from 512 to 2097152, not ${blockSize}.`,
    );
  }
  return [
    '-blockdev',
    JSON.stringify({
      driver: 'nbd',
      'node-name': name,
      server: { type: 'unix', path: checkedSocketPath(options.socket) },
      export: checkedName('Export', options.export),
      cache: { direct: true, 'no-flush': false },
      discard: 'unmap',
    }),
    '-device',
    JSON.stringify({
      driver: 'virtio-blk-pci',
      id: `${name}-disk`,
      drive: name,
      'share-rw': true,
      'request-merging': options.requestMerging ?? false,
      logical_block_size: blockSize,
      physical_block_size: blockSize,
      ...(options.serial === undefined ? {} : { serial: checkedName('Serial', options.serial) }),
    }),
  ];
}

/**
 * The arguments of `qemu-system-x86_64` for a VM. Devices are given as JSON and names are checked,
 * so that no name can bring in an option of its own.
 *
 * @throws VmError naming what is not valid
 */
export function qemuArguments(options: QemuCommandOptions): string[] {
  const name = checkedName('VM name', options.name);
  const { memoryMb } = options;
  if (!Number.isInteger(memoryMb) || memoryMb < MEMORY_MB.least || memoryMb > MEMORY_MB.most) {
    throw new VmError(
      `VM ${name}: memory must be ${MEMORY_MB.least} to ${MEMORY_MB.most} MiB, not ${memoryMb}.`,
    );
  }
  return [
    '-name',
    `guest=${name}`,
    '-no-user-config',
    '-nodefaults',
    '-nographic',
    '-no-reboot',
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-machine',
    'q35',
    '-accel',
    options.accelerator,
    '-cpu',
    processor(options.accelerator),
    '-smp',
    '1',
    '-m',
    String(memoryMb),
    '-kernel',
    options.kernel,
    '-initrd',
    options.initrd,
    '-append',
    [
      ...BASE_KERNEL_ARGUMENTS,
      `fenceline.name=${name}`,
      ...options.appendArgs.map(checkedKernelArgument),
    ].join(' '),
    '-chardev',
    'stdio,id=console,signal=off',
    '-serial',
    'chardev:console',
    '-chardev',
    `socket,id=monitor,path=${optionValue(checkedSocketPath(options.qmpSocket))}`,
    '-mon',
    'chardev=monitor,mode=control',
    '-device',
    JSON.stringify({ driver: 'virtio-serial-pci', id: 'agent-bus' }),
    '-chardev',
    `socket,id=agent,path=${optionValue(checkedSocketPath(options.agentSocket))}`,
    '-device',
    JSON.stringify({
      driver: 'virtserialport',
      bus: 'agent-bus.0',
      chardev: 'agent',
      name: 'org.qemu.guest_agent.0',
    }),
    ...options.nics.flatMap(nic),
    ...options.disks.flatMap(disk),
  ];
}
