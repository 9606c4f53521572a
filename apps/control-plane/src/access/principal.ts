import type { Scope } from '@fenceline/contracts/api';

/** Who sent a request: somebody with a token, or a worker with its credential. */
export type Principal = TokenPrincipal | WorkerPrincipal;

export interface TokenPrincipal {
  kind: 'token';
  tokenId: string;
  projectId: string;
  owner: string;
  scopes: readonly Scope[];
}

export interface WorkerPrincipal {
  kind: 'worker';
  workerId: string;
  projectId: string;
  owner: string;
}
