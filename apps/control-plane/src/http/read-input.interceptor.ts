import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Operation } from '@fenceline/contracts/api';
import express, { type RequestHandler, type Response } from 'express';
import type { Observable } from 'rxjs';
import { findJsonMistake } from './json-mistake.js';
import { parseInput } from './parse-input.js';
import { Problem } from './problem.js';
import type { ServiceRequest } from './request.js';

/** The most bytes of a JSON body: a scenario's text with its quotes escaped, twice over. */
export const jsonLimit = 1024 * 1024;

const readText: RequestHandler = express.text({ type: 'application/json', limit: jsonLimit });

/**
 * Reads the request as its operation takes it, and checks it: JSON is parsed, bytes are left to the handler as a stream.
 * It comes after the guard, so that nobody's bytes are parsed before it is known that they may send them.
 */
@Injectable()
export class ReadInput implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<ServiceRequest>();
    const { operation } = request;
    if (operation === undefined) throw new Error('the guard lets no request through without one');
    if (operation.bodyIsBytes === true) {
      requireType(operation, request, 'application/octet-stream');
    } else if (operation.body !== undefined) {
      requireType(operation, request, 'application/json');
      await readJson(request, http.getResponse());
    }
    request.input = parseInput(operation, request);
    return next.handle();
  }
}

/** A request without a body has no type to be wrong; its body is missed later. */
function requireType(operation: Operation, request: ServiceRequest, type: string): void {
  if (request.is(type) !== false) return;
  throw new Problem('wrong-type', `${operation.id} takes ${type}.`, {
    mend: `Send \`Content-Type: ${type}\`.`,
  });
}

async function readJson(request: ServiceRequest, response: Response): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    readText(request, response, (error?: unknown) => {
      if (error instanceof Error) reject(problemOf(error));
      else resolve();
    });
  });
  const text: unknown = request.body;
  if (typeof text !== 'string') return;
  try {
    request.body = JSON.parse(text) as unknown;
  } catch (cause) {
    throw wrongJson(text, cause);
  }
}

function wrongJson(text: string, cause: unknown): Problem {
  const place = findJsonMistake(text) ?? { line: 1, column: 1 };
  const message = `is not JSON: see line ${place.line}, column ${place.column}`;
  return new Problem('invalid-request', `body: ${message}`, {
    mend: 'Send one JSON value, in UTF-8.',
    errors: [{ field: 'body', message, ...place }],
    cause,
  });
}

/** Express's parser throws errors with a status: too large, an unknown character set, a body that was cut. */
function problemOf(error: Error): Error {
  const status = 'status' in error ? error.status : undefined;
  if (status === 413) {
    return new Problem('too-large', `A JSON body may have ${jsonLimit} bytes.`, { cause: error });
  }
  return status === 415 ? new Problem('wrong-type', error.message, { cause: error }) : error;
}
