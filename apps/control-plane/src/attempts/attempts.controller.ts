import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { AttemptsService, type FencedAttempt } from './attempts.service.js';

const { advance, claim, finish, renew, surrender } = operations.workerAttempts;

@Controller()
export class AttemptsController {
  constructor(private readonly attempts: AttemptsService) {}

  @Route(claim)
  claim(
    @Input() { params, body, principal }: WorkerCall<typeof claim>,
  ): Promise<AnswerOf<typeof claim>> {
    return this.attempts.claim(principal, params.attemptId, body.instance);
  }

  @Route(renew)
  renew(@Input() call: WorkerCall<typeof renew>): Promise<AnswerOf<typeof renew>> {
    return this.attempts.renew(fenced(call));
  }

  @Route(advance)
  advance(@Input() call: WorkerCall<typeof advance>): Promise<AnswerOf<typeof advance>> {
    return this.attempts.advance(fenced(call), call.body.state);
  }

  @Route(finish)
  async finish(@Input() call: WorkerCall<typeof finish>): Promise<void> {
    await this.attempts.finish(fenced(call), call.body.result, call.body.uploadIds);
  }

  @Route(surrender)
  async surrender(@Input() call: WorkerCall<typeof surrender>): Promise<void> {
    await this.attempts.surrender(fenced(call), call.body.uploadIds);
  }
}

function fenced({ params, body, principal }: WorkerCall<typeof renew>): FencedAttempt {
  return {
    worker: principal,
    attemptId: params.attemptId,
    fencingToken: body.fencingToken,
  };
}
