import { Module } from '@nestjs/common';
import { Audit } from './audit.js';
import { AuditController } from './audit.controller.js';

@Module({ controllers: [AuditController], providers: [Audit] })
export class AuditModule {}
