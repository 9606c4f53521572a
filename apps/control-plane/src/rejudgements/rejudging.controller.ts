import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { RejudgingService, type FencedItem } from './rejudging.service.js';

const { claim, finish, renew } = operations.workerRejudging;

@Controller()
export class RejudgingController {
  constructor(private readonly rejudging: RejudgingService) {}

  @Route(claim)
  async claim(
    @Input() { body, principal }: WorkerCall<typeof claim>,
  ): Promise<AnswerOf<typeof claim>> {
    return { work: await this.rejudging.claim(principal, body.verifierVersion) };
  }

  @Route(renew)
  renew(@Input() call: WorkerCall<typeof renew>): Promise<AnswerOf<typeof renew>> {
    return this.rejudging.renew(fenced(call));
  }

  @Route(finish)
  async finish(@Input() call: WorkerCall<typeof finish>): Promise<void> {
    await this.rejudging.finish(fenced(call), call.body.result);
  }
}

function fenced({ params, body, principal }: WorkerCall<typeof renew>): FencedItem {
  return { worker: principal, itemId: params.itemId, fencingToken: body.fencingToken };
}
