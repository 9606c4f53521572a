import { Module } from '@nestjs/common';
import { HttpMetrics } from './http-metrics.js';
import { MetricsController } from './metrics.controller.js';
import { ProjectMetrics } from './project-metrics.js';

@Module({ controllers: [MetricsController], providers: [HttpMetrics, ProjectMetrics] })
export class MetricsModule {}
