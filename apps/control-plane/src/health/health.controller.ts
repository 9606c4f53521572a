import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Route } from '../http/route.js';
import { HealthService } from './health.service.js';

const { live, ready } = operations.health;

@Controller()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Route(live)
  live(): AnswerOf<typeof live> {
    return { status: 'ok' };
  }

  @Route(ready)
  ready(): Promise<AnswerOf<typeof ready>> {
    return this.health.ready();
  }
}
