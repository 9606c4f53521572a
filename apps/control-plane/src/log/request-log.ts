import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { stdSerializers, type Logger } from 'pino';

/**
 * Gives each request an id, and writes a line for it once its answer is sent or its connection is gone: what came, what was
 * answered, and how long that took, in ms. Where the level leaves such lines out, nothing is gathered for them.
 */
export function requestLog(log: Logger): RequestHandler {
  const { req, res } = stdSerializers;
  const lines = log.child({}, { serializers: { req, res } });
  return (request: Request & { id?: string }, response: Response, next: NextFunction) => {
    const begin = performance.now();
    request.id = randomUUID();
    response.once('close', () => {
      if (!lines.isLevelEnabled('info')) return;
      const responseTime = Math.round(performance.now() - begin);
      const how = response.writableFinished ? 'request completed' : 'request aborted';
      lines.info({ req: request, res: response, responseTime }, how);
    });
    next();
  };
}
