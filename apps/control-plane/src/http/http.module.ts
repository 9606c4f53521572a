import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditInterceptor } from '../audit/audit.interceptor.js';
import { Connections } from './connections.js';
import { Idempotency } from './idempotency/idempotency.interceptor.js';
import { IdempotencyKeys } from './idempotency/idempotency-keys.js';
import { ReadInput } from './read-input.interceptor.js';

/** What every request goes through after the guard, in this order: what is given again is not audited again. */
@Module({
  providers: [
    Connections,
    IdempotencyKeys,
    { provide: APP_INTERCEPTOR, useClass: ReadInput },
    { provide: APP_INTERCEPTOR, useClass: Idempotency },
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
})
export class HttpModule {}
