import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { Authentication } from './authentication.js';

@Module({ providers: [Authentication, { provide: APP_GUARD, useClass: AccessGuard }] })
export class AccessModule {}
