import { Controller } from '@nestjs/common';
import { operations } from '@fenceline/contracts/api';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { LiveService } from './live.service.js';

const { live } = operations.live;

@Controller()
export class LiveController {
  constructor(private readonly service: LiveService) {}

  @Route(live)
  async live(@Input() { params, body, principal }: WorkerCall<typeof live>): Promise<void> {
    await this.service.publish(principal, params.attemptId, body.fencingToken, body.parts);
  }
}
