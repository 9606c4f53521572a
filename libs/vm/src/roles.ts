import type { ImageRole } from '@fenceline/contracts';

/** What a VM is in the lab, where its kernel does the NVMe. */
export const GUEST_ROLES = ['host', 'array-node'] as const;
export type GuestRole = (typeof GUEST_ROLES)[number];

/** Modules that every guest needs: its bus, its way in, its network cards and its disks. */
const EVERY_GUEST = ['virtio_pci', 'virtio_console', 'virtio_net', 'virtio_blk'];

/** Modules that a role cannot do without, beside what they depend on. */
export const REQUIRED_MODULES: Readonly<Record<ImageRole, readonly string[]>> = {
  host: [...EVERY_GUEST, 'nvme_core', 'nvme_fabrics', 'nvme_tcp'],
  'array-node': [...EVERY_GUEST, 'configfs', 'nvmet', 'nvmet_tcp'],
  reference: EVERY_GUEST,
};

/** Checksum drivers, loaded first where they exist, so that the kernel need not ask for one later. */
export const OPTIONAL_MODULES: readonly string[] = [
  'crc32c_generic',
  'crc32c_intel',
  'crct10dif_generic',
  'crct10dif_pclmul',
  'crc64_rocksoft_generic',
];

/** Programs of every guest; busybox is linked statically and brings the shell and the small tools. */
const EVERY_PROGRAM = ['/usr/bin/busybox', '/usr/sbin/qemu-ga'];

/** Programs that a role's guest has. */
export const ROLE_PROGRAMS: Readonly<Record<ImageRole, readonly string[]>> = {
  host: [...EVERY_PROGRAM, '/usr/bin/fio', '/usr/sbin/nvme'],
  'array-node': EVERY_PROGRAM,
  reference: [...EVERY_PROGRAM, '/usr/bin/node'],
};

/** Debian packages that are fetched together, and what is kept of them, but for libraries. */
export interface PackageSet {
  packages: readonly string[];
  programs: readonly string[];
  /** Files beside programs and libraries. */
  data: readonly string[];
}

/** For the roles that a kernel plays. */
const KERNEL_SET: PackageSet = {
  packages: ['busybox-static', 'fio', 'nvme-cli', 'qemu-guest-agent'],
  programs: [...EVERY_PROGRAM, '/usr/bin/fio', '/usr/sbin/nvme'],
  data: [],
};

export const PACKAGE_SETS: Readonly<Record<ImageRole, PackageSet>> = {
  host: KERNEL_SET,
  'array-node': KERNEL_SET,
  // A set of its own: who runs Linux alone need not fetch it.
  reference: {
    packages: [
      'busybox-static',
      'node-acorn',
      'node-cjs-module-lexer',
      'node-undici',
      'nodejs',
      'qemu-guest-agent',
    ],
    programs: ROLE_PROGRAMS.reference,
    // Debian's Node.js keeps a part of itself in these, and does not start without.
    data: [
      'acorn-walk/dist/walk.js',
      'acorn/dist/acorn.js',
      'cjs-module-lexer/dist/lexer.js',
      'cjs-module-lexer/lexer.js',
      'undici/undici-fetch.js',
    ].map((file) => `/usr/share/nodejs/${file}`),
  },
};
