/**
 * The Debian packages that Fenceline needs on the machine, each with a command that shows that it is there.
 * What runs inside a VM is not among them: it is unpacked into the guest image and never installed.
 *
 * None of them has a service, so that nothing keeps running after the set-up.
 *
 * @typedef {{ package: string, command: string, why: string }} Requirement
 */

/** @type {Requirement[]} */
const toRun = [
  { package: 'qemu-system-x86', command: 'qemu-system-x86_64', why: 'runs the VMs' },
  { package: 'xz-utils', command: 'xz', why: 'unpacks kernels and modules' },
  { package: 'zstd', command: 'zstd', why: 'packs kernels, guest images and evidence' },
  // It has the binary of the server too, and no service: redis-server would start one.
  { package: 'redis-tools', command: 'redis-check-rdb', why: "rings at the service's workers" },
];

/** @type {Requirement[]} */
const toTest = [
  { package: 'tshark', command: 'tshark', why: 'reads the captures a second time, to compare' },
  { package: 'qemu-utils', command: 'qemu-io', why: 'asks the backend as QEMU does' },
  { package: 'libnbd-bin', command: 'nbdinfo', why: 'asks the backend as other NBD clients do' },
  { package: 'gcc-12', command: 'gcc-12', why: 'compiles the nvme modules of kernel/' },
  { package: 'make', command: 'make', why: 'compiles the nvme modules of kernel/' },
  { package: 'patch', command: 'patch', why: 'applies the patches of kernel/' },
  { package: 'openssl', command: 'openssl', why: 'makes certificates for a database under TLS' },
  {
    package: 'iproute2',
    command: 'ip',
    why: 'puts workers into networks of their own, to cut them',
  },
  { package: 'cpio', command: 'cpio', why: 'unpacks our guest images, to compare' },
  { package: 'chromium', command: 'chromium', why: 'opens the pages' },
];

/** @typedef {'start' | 'demo' | 'test'} Purpose */

/** @type {Record<Purpose, Requirement[]>} */
const requirements = {
  start: toRun,
  demo: toRun,
  test: [...toRun, ...toTest],
};

/**
 * @param {Purpose} purpose
 * @returns {Requirement[]}
 */
export function requirementsFor(purpose) {
  return requirements[purpose];
}
