/** What a VM is in the lab. */
export const GUEST_ROLES = ['host', 'array-node'] as const;
export type GuestRole = (typeof GUEST_ROLES)[number];

/** Modules that every guest needs: its bus, its way in, its network cards and its disks. */
const EVERY_GUEST = ['virtio_pci', 'virtio_console', 'virtio_net', 'virtio_blk'];

/** Modules that a role cannot do without, beside what they depend on. */
export const REQUIRED_MODULES: Readonly<Record<GuestRole, readonly string[]>> = {
  host: [...EVERY_GUEST, 'nvme_core', 'nvme_fabrics', 'nvme_tcp'],
  'array-node': [...EVERY_GUEST, 'configfs', 'nvmet', 'nvmet_tcp'],
};

/** Checksum drivers, loaded first where they exist, so that the kernel need not ask for one later. */
export const OPTIONAL_MODULES: readonly string[] = [
  'crc32c_generic',
  'crc32c_intel',
  'crct10dif_generic',
  'crct10dif_pclmul',
  'crc64_rocksoft_generic',
];

/** Programs that a role's guest runs, beside the shell and the agent. */
export const ROLE_PROGRAMS: Readonly<Record<GuestRole, readonly string[]>> = {
  host: ['/usr/bin/fio', '/usr/sbin/nvme'],
  'array-node': [],
};

/** Programs of every guest; busybox is linked statically and brings the shell and the small tools. */
export const GUEST_PROGRAMS: readonly string[] = ['/usr/bin/busybox', '/usr/sbin/qemu-ga'];

/** The packages that hold all of these programs. */
export const GUEST_PACKAGES: readonly string[] = [
  'busybox-static',
  'fio',
  'nvme-cli',
  'qemu-guest-agent',
];
