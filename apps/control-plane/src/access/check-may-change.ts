import { Problem } from '../http/problem.js';
import type { Principal } from './principal.js';

/**
 * Who may submit may change what is its own; for what is of others it needs `operate` too.
 *
 * @param what e.g. `run`, for the answer
 * @throws Problem `forbidden`
 */
export function checkMayChange(principal: Principal, what: string, { owner }: { owner: string }) {
  if (principal.owner === owner) return;
  if (principal.kind === 'token' && principal.scopes.includes('operate')) return;
  throw new Problem(
    'forbidden',
    `This ${what} is of ${owner}: to change it needs the scope operate.`,
    {
      mend: 'Ask its owner, or an administrator for a token that has the scope.',
    },
  );
}
