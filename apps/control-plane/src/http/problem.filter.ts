import {
  Catch,
  HttpException,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { problemTypes, type ProblemType } from '@fenceline/contracts/api';
import type { Request, Response } from 'express';
import { noRoute } from './no-route.js';
import { Problem } from './problem.js';
import { sendProblem } from './send-problem.js';

/** Turns whatever is thrown into `application/problem+json`; what is not a `Problem` is told in the log alone. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = this.problemOf(error, request);
    if (response.headersSent) {
      // A stream broke in the middle: the client must see that it is not whole.
      response.destroy();
      return;
    }
    sendProblem(problem, request, response);
  }

  private problemOf(error: unknown, request: Request): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof NotFoundException) return noRoute(request);
    const status = statusOf(error);
    const type = typeOf(status);
    if (type !== undefined && status < 500) {
      return new Problem(type, error instanceof Error ? error.message : problemTypes[type].title);
    }
    this.log.error(error);
    return new Problem(
      'internal',
      'The service made a mistake; its log has it under this request.',
    );
  }
}

/** The status of Nest's errors, and of those that Express's body parser throws. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    return error.status;
  }
  return 500;
}

function typeOf(status: number): ProblemType | undefined {
  if (status === 409) return 'conflict';
  if (status === 422) return 'invalid-request';
  const names = Object.keys(problemTypes) as ProblemType[];
  return names.find((name) => problemTypes[name].status === status);
}
