import type { Request } from 'express';

type Addressed = Pick<Request, 'headers' | 'protocol' | 'host'>;

/**
 * Whether the page that sent a request is of this service. A browser names it in `Origin` with every unsafe request;
 * null where nothing named one, as with programs.
 */
export function isOwnOrigin(request: Addressed): boolean | null {
  const { origin } = request.headers;
  if (origin === undefined) return null;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).origin === new URL(`${request.protocol}://${request.host}`).origin;
}
