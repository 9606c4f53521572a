export { knownAccelerator, probeAccelerator, type AcceleratorProbe } from './accelerator.js';
export { defaultCacheDir, sha256File, withTemporaryFolder, type Progress } from './cache.js';
export { kernelTrouble, type ConsoleLine, type KernelTrouble } from './console-log.js';
export type { DebianPackage } from './debian-packages.js';
export {
  GuestAgent,
  type GuestExecOptions,
  type GuestProcess,
  type GuestResult,
} from './guest-agent.js';
export { buildGuestImage, imageRecipe, type GuestImage } from './guest-image.js';
export { guestPackages } from './guest-packages.js';
export {
  DEFAULT_KERNEL,
  KernelRegistry,
  type KernelFiles,
  type KernelImage,
} from './kernel-registry.js';
export { shippedSeries, shippedSeriesAt, type KernelSeries } from './kernel-series.js';
export { kernelDetectors } from './kernel-detectors.js';
export { findLeftovers, removeLeftovers, type Leftover } from './leftovers.js';
export {
  openImage,
  packImage,
  readPackedImage,
  unpackImage,
  type PackedImage,
} from './packed-image.js';
export { packKernel, readPackedKernel, type PackedKernel } from './packed-kernel.js';
export type { Accelerator, DiskOptions, NicOptions } from './qemu-command.js';
export { QmpClient, type QmpEvent } from './qmp-client.js';
export { qemuUser, type QemuUser } from './qemu-user.js';
export {
  identify,
  isAlive,
  ownedName,
  ownerOfName,
  type ProcessIdentity,
} from './process-identity.js';
export { qemuVersion } from './qemu-version.js';
export { checkRequirements, type Requirement } from './requirements.js';
export type { GuestRole } from './roles.js';
export { createRunFolder, type RunFolder } from './run-folder.js';
export { GuestGone, GuestNotReady, VmError } from './vm-error.js';
export { launchVm, Vm, type VmExit, type VmOptions } from './vm.js';
