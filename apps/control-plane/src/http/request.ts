import type { InputOf, Operation } from '@fenceline/contracts/api';
import type { Request } from 'express';
import type { Principal } from '../access/principal.js';

/** A request on its way through the service: the guard adds what it found out, then the checked parts are added. */
export interface ServiceRequest extends Request {
  operation?: Operation;
  principal?: Principal;
  input?: InputOf<Operation>;
}

/** Whether a request may change something. */
export function isUnsafe({ method }: Pick<Request, 'method'>): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}
