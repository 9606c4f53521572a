import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { from, mergeMap, type Observable } from 'rxjs';
import { isUnsafe, type ServiceRequest } from '../http/request.js';
import { Audit } from './audit.js';

/**
 * Writes every change that came with a token into the audit log, once it is made. What workers say of their attempts
 * is in the events; enrolment and sign-in write their own entries.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly audit: Audit) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    const { operation, params, principal } = request;
    if (!isUnsafe(request) || operation === undefined || operation.changesNothing === true) {
      return next.handle();
    }
    if (principal?.kind !== 'token') return next.handle();
    const { projectId, owner, tokenId } = principal;
    const record = (answer: unknown): Promise<void> =>
      this.audit.record({
        ...{ projectId, actor: owner, tokenId, action: operation.id },
        subject: subjectOf(params, answer),
      });
    return next
      .handle()
      .pipe(mergeMap((answer: unknown) => from(record(answer).then(() => answer))));
  }
}

/** What the address names, or else the id or hash of what was made. */
function subjectOf(params: Record<string, unknown>, answer: unknown): string | null {
  const [named] = Object.values(params);
  if (typeof named === 'string') return named;
  if (typeof answer !== 'object' || answer === null) return null;
  for (const key of ['id', 'hash'] as const) {
    const value = (answer as Record<string, unknown>)[key];
    if (typeof value === 'string') return value;
  }
  return null;
}
