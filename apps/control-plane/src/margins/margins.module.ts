import { Module } from '@nestjs/common';
import { MarginsController } from './margins.controller.js';
import { MarginsService } from './margins.service.js';

@Module({ controllers: [MarginsController], providers: [MarginsService] })
export class MarginsModule {}
