import { Controller, Header } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Registry } from 'prom-client';
import { Input, Route, type Call } from '../http/route.js';
import { HttpMetrics } from './http-metrics.js';
import { ProjectMetrics } from './project-metrics.js';

const { show } = operations.metrics;

@Controller()
export class MetricsController {
  constructor(
    private readonly http: HttpMetrics,
    private readonly project: ProjectMetrics,
  ) {}

  @Route(show)
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  async show(@Input() { principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return (await this.project.textOf(principal.projectId)) + (await this.http.registry.metrics());
  }
}
