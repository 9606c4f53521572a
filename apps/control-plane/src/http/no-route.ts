import { allOperations, type Operation } from '@fenceline/contracts/api';
import type { Request } from 'express';
import { Problem } from './problem.js';

const prefix = '/api/v1';

/** What is answered where no operation has the address, or where it takes other methods. */
export function noRoute(
  { method, baseUrl, path }: Pick<Request, 'method' | 'baseUrl' | 'path'>,
  operations: readonly Operation[] = allOperations,
): Problem {
  const here = operations.filter((one) => patternOf(one).test(baseUrl + path));
  if (here.length === 0) return new Problem('not-found', 'There is no such address.');
  const methods = [...new Set(here.map((one) => one.method))].sort().join(', ');
  return new Problem('method-not-allowed', `${method} is not taken here; ${methods} is.`, {
    headers: { Allow: methods },
  });
}

function patternOf({ path }: Operation): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part));
  return new RegExp(`^${prefix}${parts.join('/')}/?$`, 'i');
}
