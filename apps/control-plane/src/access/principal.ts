import type { Scope } from '@fenceline/contracts/api';

/** Who sent a request: somebody with a token, or a worker with its credential. */
export type Principal = TokenPrincipal | WorkerPrincipal;

export interface TokenPrincipal {
  kind: 'token';
  tokenId: string;
  projectId: string;
  owner: string;
  scopes: readonly Scope[];
  /** Of the token, or of the browser's session where it came by its cookie. */
  expiresAt: Date | null;
  /** What the pages of the session send with unsafe requests; null where the token itself came. */
  headerToken: string | null;
}

export interface WorkerPrincipal {
  kind: 'worker';
  workerId: string;
  projectId: string;
  owner: string;
}
