import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { WorkerProcessService } from './worker-process.service.js';

const { assignments, hello } = operations.workerProcess;

@Controller()
export class WorkerProcessController {
  constructor(private readonly process: WorkerProcessService) {}

  @Route(hello)
  hello(@Input() { principal, body }: WorkerCall<typeof hello>): Promise<AnswerOf<typeof hello>> {
    return this.process.hello(principal, body.capacity);
  }

  @Route(assignments)
  assignments(
    @Input() { principal }: WorkerCall<typeof assignments>,
  ): Promise<AnswerOf<typeof assignments>> {
    return this.process.assignments(principal);
  }
}
