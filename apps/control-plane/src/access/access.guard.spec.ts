import type { ExecutionContext } from '@nestjs/common';
import { operation } from '@fenceline/contracts/api';
import { describe, expect, it } from 'vitest';
import { Route } from '../http/route.js';
import { AccessGuard } from './access.guard.js';
import type { Authentication } from './authentication.js';
import { RateLimits } from './rate-limits.js';

const renew = operation({
  ...{ id: 'renew', tag: 'worker', method: 'POST', path: '/renew', access: 'worker' },
  ...{ summary: '', unlimited: true },
});

class Handlers {
  @Route(renew)
  renew(): void {
    return;
  }

  @Route({ ...renew, unlimited: false })
  other(): void {
    return;
  }

  bare(): void {
    return;
  }
}

function guard(): AccessGuard {
  const worker = { kind: 'worker', workerId: 'w', projectId: 'p', owner: 'o' } as const;
  const authentication: Pick<Authentication, 'of'> = { of: () => Promise.resolve(worker) };
  return new AccessGuard(
    authentication as Authentication,
    new RateLimits({ FENCELINE_TOKEN_RATE: 0.001, FENCELINE_ADDRESS_RATE: 0.001 }),
  );
}

function calling(name: keyof Handlers): ExecutionContext {
  const context = {
    getHandler: (): unknown => Reflect.get(Handlers.prototype, name),
    switchToHttp: () => ({ getRequest: () => ({}) }),
  };
  return context as unknown as ExecutionContext;
}

describe('the guard', () => {
  it('never refuses the renewal of a lease for coming too often', async () => {
    const one = guard();
    for (let i = 0; i < 10; i++) expect(await one.canActivate(calling('renew'))).toBe(true);
    await one.canActivate(calling('other'));
    await expect(one.canActivate(calling('other'))).rejects.toThrow('Too many requests');
    expect(await one.canActivate(calling('renew'))).toBe(true);
  });

  it('denies what says to nobody who may call it', async () => {
    await expect(guard().canActivate(calling('bare'))).rejects.toThrow('no such address');
  });
});
