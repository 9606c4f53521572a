import type { ImageRole } from '@fenceline/contracts';
import type { GuestImage, Kernel } from '@fenceline/contracts/api';
import type { GuestImage as ImageRow, Kernel as KernelRow } from '../database/generated/client.js';

/** @param images as far as they are; see `KernelImages` */
export function kernelOf(row: KernelRow, images: Kernel['images']): Kernel {
  const { version, capabilities, source } = row;
  return { ...registered(row), version, capabilities, source, images };
}

export function imageOf(row: ImageRow): GuestImage {
  const { kernelSha256, imageSha256, recipe } = row;
  return {
    ...registered(row),
    role: row.role as ImageRole,
    kernelSha256,
    imageSha256,
    source: recipe === null ? 'upload' : 'built',
  };
}

/** What both have. */
function registered(row: KernelRow | ImageRow) {
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
