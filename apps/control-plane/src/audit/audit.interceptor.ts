import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { isUnsafe, type ServiceRequest } from '../http/request.js';
import { runAs } from './record-change.js';

/**
 * Says whose the changes of a request with a token are; whoever makes one records it. What workers say of their
 * attempts is in the events; enrolment, sign-in and sign-out find out themselves who it is.
 */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    const { operation, principal } = request;
    if (!isUnsafe(request) || operation === undefined || principal?.kind !== 'token') {
      return next.handle();
    }
    const { projectId, owner, tokenId } = principal;
    const author = { projectId, actor: owner, tokenId, action: operation.id };
    return of(await runAs(author, () => lastValueFrom(next.handle())));
  }
}
