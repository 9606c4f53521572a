import { idSchema, sha256Schema } from '@fenceline/contracts/api';
import { StoreError } from './store-error.js';

/** An upload's id that may stand in a path. @throws StoreError where it is none */
export function checkedUploadId(id: string): string {
  if (!idSchema.safeParse(id).success) throw new StoreError('The id of an upload is not a UUID.');
  return id.toLowerCase();
}

/** A hash that may stand in a path. @throws StoreError where it is none */
export function checkedHash(sha256: string): string {
  if (!sha256Schema.safeParse(sha256).success) throw new StoreError('A hash is not a SHA-256.');
  return sha256;
}
