import type { Request, Response } from 'express';
import type { Problem } from './problem.js';

/** Answers with a problem (RFC 9457), and names the request as the log does. */
export function sendProblem(problem: Problem, request: Request, response: Response): void {
  const { id } = request as { id?: unknown };
  response
    .status(problem.status)
    .set(problem.details.headers ?? {})
    .type('application/problem+json')
    .send(JSON.stringify(problem.toDocument(typeof id === 'string' ? id : undefined)));
}
