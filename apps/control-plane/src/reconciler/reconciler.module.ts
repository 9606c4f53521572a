import { Module } from '@nestjs/common';
import { Reconciler } from './reconciler.js';
import { ServiceClock } from './service-clock.js';

@Module({ providers: [Reconciler, ServiceClock] })
export class ReconcilerModule {}
