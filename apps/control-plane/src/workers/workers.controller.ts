import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type TokenCall } from '../http/route.js';
import { WorkersService } from './workers.service.js';

const { disable, drain, enable, list, revoke, show } = operations.workers;

@Controller()
export class WorkersController {
  constructor(private readonly workers: WorkersService) {}

  @Route(list)
  list(@Input() { query, principal }: TokenCall<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.workers.list(principal, query);
  }

  @Route(show)
  show(@Input() { params, principal }: TokenCall<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.workers.show(principal, params.workerId);
  }

  @Route(drain)
  drain(@Input() { params, principal }: TokenCall<typeof drain>): Promise<AnswerOf<typeof drain>> {
    return this.workers.setState(principal, params.workerId, 'draining');
  }

  @Route(enable)
  enable(
    @Input() { params, principal }: TokenCall<typeof enable>,
  ): Promise<AnswerOf<typeof enable>> {
    return this.workers.setState(principal, params.workerId, 'enabled');
  }

  @Route(disable)
  disable(
    @Input() { params, principal }: TokenCall<typeof disable>,
  ): Promise<AnswerOf<typeof disable>> {
    return this.workers.setState(principal, params.workerId, 'disabled');
  }

  @Route(revoke)
  revoke(
    @Input() { params, principal }: TokenCall<typeof revoke>,
  ): Promise<AnswerOf<typeof revoke>> {
    return this.workers.revoke(principal, params.workerId);
  }
}
