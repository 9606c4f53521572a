import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Access } from '@fenceline/contracts/api';
import { Problem } from '../http/problem.js';
import type { ServiceRequest } from '../http/request.js';
import { operationOf } from '../http/route.js';
import { Authentication } from './authentication.js';
import type { Principal } from './principal.js';
import { RateLimits } from './rate-limits.js';

/** Lets a request through when its operation says so; a handler without an operation is never reached. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly authentication: Authentication,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = operationOf(context.getHandler());
    if (operation === undefined) throw new Problem('not-found', 'There is no such address.');
    const request = context.switchToHttp().getRequest<ServiceRequest>();
    request.operation = operation;
    if (operation.access === 'public') {
      this.limits.ofAddress(request.ip ?? '');
      return true;
    }
    const principal = await this.authentication.of(request);
    if (principal === null) {
      this.limits.ofAddress(request.ip ?? '');
      throw unauthenticated();
    }
    if (operation.unlimited !== true) this.limits.ofPrincipal(idOf(principal));
    if (!mayCall(principal, operation.access)) {
      throw new Problem('forbidden', `This needs ${needed(operation.access)}.`, {
        mend: 'Ask an administrator for a token that has it.',
      });
    }
    request.principal = principal;
    return true;
  }
}

function unauthenticated(): Problem {
  return new Problem(
    'unauthenticated',
    'This needs a token, and none that is valid came with it.',
    {
      mend: 'Send `Authorization: Bearer …`; `fenceline login` keeps a token for the command line.',
      headers: { 'WWW-Authenticate': 'Bearer realm="fenceline"' },
    },
  );
}

function idOf(principal: Principal): string {
  return principal.kind === 'worker' ? principal.workerId : principal.tokenId;
}

function mayCall(principal: Principal, access: Exclude<Access, 'public'>): boolean {
  if (principal.kind === 'worker') return access === 'worker';
  return access !== 'worker' && principal.scopes.includes(access);
}

function needed(access: Access): string {
  return access === 'worker' ? "a worker's credential" : `the scope ${access}`;
}
