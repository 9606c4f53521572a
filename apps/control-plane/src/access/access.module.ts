import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { Authentication } from './authentication.js';
import { EnrolmentController } from './enrolment/enrolment.controller.js';
import { EnrolmentService } from './enrolment/enrolment.service.js';
import { RedisAccounts } from './enrolment/redis-accounts.js';
import { JoinTokensController } from './join-tokens/join-tokens.controller.js';
import { JoinTokensService } from './join-tokens/join-tokens.service.js';
import { RateLimits } from './rate-limits.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInCodesService } from './sessions/sign-in-codes.service.js';
import { TokensController } from './tokens/tokens.controller.js';
import { TokensService } from './tokens/tokens.service.js';

@Module({
  controllers: [EnrolmentController, JoinTokensController, SessionsController, TokensController],
  providers: [
    Authentication,
    EnrolmentService,
    JoinTokensService,
    RateLimits,
    RedisAccounts,
    SessionsService,
    SignInCodesService,
    TokensService,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Authentication, RedisAccounts],
})
export class AccessModule {}
