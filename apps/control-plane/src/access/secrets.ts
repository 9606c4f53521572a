import { createHash, randomBytes } from 'node:crypto';

/** A secret of 256 bits with a prefix that says what it opens, e.g. `flt_…`. Shown once, kept as its hash. */
export function newSecret(prefix: 'flt' | 'flw' | 'flj' | 'fls' | 'flc'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret. 256 random bits need no salt and no slow hash. */
export function hashOf(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest();
}
