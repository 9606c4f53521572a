import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Settings } from '../settings/settings.js';
import { Problem } from './problem.js';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests for a host name that is not ours: a page elsewhere whose name leads to our address (DNS rebinding)
 * gets nothing.
 */
export function hostCheck(
  settings: Pick<Settings, 'FENCELINE_HOST' | 'FENCELINE_HOSTS'>,
): RequestHandler {
  const { FENCELINE_HOST: own, FENCELINE_HOSTS: more } = settings;
  const served = new Set(
    [...loopback, own.includes(':') ? `[${own}]` : own, ...more].map((name) => name.toLowerCase()),
  );
  return (request: Request, _response: Response, next: NextFunction) => {
    if (served.has(request.hostname.toLowerCase())) next();
    else {
      next(
        new Problem('wrong-host', 'This host name is not served here.', {
          mend: 'Use the address that the service printed, or add the name to FENCELINE_HOSTS.',
        }),
      );
    }
  };
}
