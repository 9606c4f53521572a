import { createHash } from 'node:crypto';
import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { idempotencyHeadersSchema, statusOf } from '@fenceline/contracts/api';
import type { Response } from 'express';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { Problem } from '../problem.js';
import type { ServiceRequest } from '../request.js';
import { IdempotencyKeys, type KeyUse } from './idempotency-keys.js';
import { runWithKey } from './keep-answer.js';

const header = 'Idempotency-Key';

/**
 * Gives the first answer again to a request that comes twice with the same `Idempotency-Key`. A request that failed
 * has done nothing, and leaves the key free.
 */
@Injectable()
export class Idempotency implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const use = useOf(http.getRequest());
    if (use === null) return next.handle();
    const found = await this.keys.claim(use);
    if (found.kind === 'first') {
      const { claim } = found;
      try {
        const answer: unknown = await runWithKey(claim, () => lastValueFrom(next.handle()));
        await this.keys.keep(claim, answer);
        return of(answer);
      } catch (error) {
        await this.keys.release(claim);
        throw error;
      }
    }
    http.getResponse<Response>().setHeader('Idempotent-Replayed', 'true');
    return of(found.answer);
  }
}

/** @throws Problem `invalid-request` where the key is not one */
function useOf({
  headers,
  input,
  method,
  operation,
  path,
  principal,
}: ServiceRequest): KeyUse | null {
  const given = headers[header.toLowerCase()];
  if (given === undefined || operation?.idempotent !== true) return null;
  const parsed = idempotencyHeadersSchema.safeParse({ [header]: given });
  const key = parsed.data?.[header];
  if (key === undefined) {
    const message = parsed.error?.issues[0]?.message ?? 'is missing';
    throw new Problem('invalid-request', `${header}: ${message}`, {
      errors: [{ field: `header.${header}`, message }],
    });
  }
  if (principal?.kind !== 'token') return null;
  return {
    tokenId: principal.tokenId,
    route: `${method} ${path}`,
    key,
    requestHash: createHash('sha256').update(JSON.stringify(input)).digest(),
    status: statusOf(operation),
    secret: operation.secret === true,
  };
}
