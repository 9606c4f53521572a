import { createHash, createHmac, randomBytes } from 'node:crypto';

/**
 * Kinds of secrets, as each begins: token, credential of a worker, join token, cookie of a session, its header token,
 * sign-in code.
 */
type Prefix = 'flt' | 'flw' | 'flj' | 'fls' | 'flh' | 'flc';

/** Finds every secret of ours in a text. */
const secretPattern = /\bfl[twjshc]_[A-Za-z0-9_-]{43}/g;

/** A secret of 256 bits with a prefix that says what it opens, e.g. `flt_…`. Shown once, kept as its hash. */
export function newSecret(prefix: Exclude<Prefix, 'flh'>): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret. 256 random bits need no salt and no slow hash. */
export function hashOf(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest();
}

/**
 * The header token of a session. It follows from the cookie, which no script can read, and not the other way round: a
 * page that is loaded again asks for it again.
 */
export function headerTokenOf(cookie: string): string {
  return `flh_${createHmac('sha256', cookie).update('header token').digest('base64url')}`;
}

/** Takes the secrets out of a text, leaving their prefixes. */
export function withoutSecrets(text: string): string {
  return text.replace(secretPattern, (secret) => `${secret.slice(0, 4)}***`);
}
