import type { Worker } from '../app/api-types.js';
import type { Look } from '../ui/outcome.js';

/** How a worker is: whether it takes jobs, and whether it was heard of. */
export function lookOfWorker({ state, present, busy, revokedAt }: Worker): Look {
  if (revokedAt !== null) return { shape: 'barred', tone: 'error', word: 'revoked' };
  if (state === 'disabled') return { shape: 'barred', tone: 'idle', word: 'disabled' };
  if (!present) return { shape: 'square', tone: 'error', word: 'not heard of' };
  if (state === 'draining') return { shape: 'half', tone: 'idle', word: 'draining' };
  return busy.slots > 0
    ? { shape: 'half', tone: 'busy', word: 'busy' }
    : { shape: 'circle', tone: 'pass', word: 'ready' };
}
