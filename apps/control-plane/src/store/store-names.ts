import { idSchema, sha256Schema } from '@fenceline/contracts/api';
import { StoreError } from './store-error.js';

export function isUploadId(name: string): boolean {
  return idSchema.safeParse(name).success;
}

export function isHash(name: string): boolean {
  return sha256Schema.safeParse(name).success;
}

/** An upload's id that may stand in a path. @throws StoreError where it is none */
export function checkedUploadId(id: string): string {
  if (!isUploadId(id)) throw new StoreError('The id of an upload is not a UUID.');
  return id.toLowerCase();
}

/** A hash that may stand in a path. @throws StoreError where it is none */
export function checkedHash(sha256: string): string {
  if (!isHash(sha256)) throw new StoreError('A hash is not a SHA-256.');
  return sha256;
}
