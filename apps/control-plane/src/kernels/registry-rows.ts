import type { GuestImage, Kernel } from '@fenceline/contracts/api';
import type { GuestImage as ImageRow, Kernel as KernelRow } from '../database/generated/client.js';

export function kernelOf(row: KernelRow): Kernel {
  const { version, capabilities, source } = row;
  return { ...imageOf(row), version, capabilities, source };
}

export function imageOf(row: ImageRow): GuestImage {
  const { id, projectId, owner, name, sha256, createdAt, retiredAt } = row;
  return {
    id,
    projectId,
    owner,
    name,
    sha256,
    createdAt: createdAt.toISOString(),
    retiredAt: retiredAt?.toISOString() ?? null,
  };
}
