import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { RerunsService } from '../runs/reruns.service.js';
import { AttemptsReader } from './attempts.reader.js';
import { JobCommandsService } from './job-commands.service.js';
import { JobsService } from './jobs.service.js';
import { Queue } from './queue.js';

const { attempt, attempts, cancel, list, prioritise, queue, rerun, show } = operations.jobs;

@Controller()
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly waiting: Queue,
    private readonly commands: JobCommandsService,
    private readonly reader: AttemptsReader,
    private readonly reruns: RerunsService,
  ) {}

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.jobs.list(principal, query);
  }

  @Route(queue)
  queue(@Input() { principal }: Call<typeof queue>): Promise<AnswerOf<typeof queue>> {
    return this.waiting.show(principal);
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.jobs.show(principal, params.jobId);
  }

  @Route(attempts)
  async attempts(
    @Input() { params, principal }: Call<typeof attempts>,
  ): Promise<AnswerOf<typeof attempts>> {
    await this.jobs.find(principal, params.jobId);
    return { items: await this.reader.ofJob(principal, params.jobId) };
  }

  @Route(attempt)
  attempt(@Input() { params, principal }: Call<typeof attempt>): Promise<AnswerOf<typeof attempt>> {
    return this.reader.show(principal, params.attemptId);
  }

  @Route(cancel)
  cancel(@Input() { params, principal }: Call<typeof cancel>): Promise<AnswerOf<typeof cancel>> {
    return this.commands.cancel(principal, params.jobId);
  }

  @Route(rerun)
  rerun(@Input() { params, principal }: Call<typeof rerun>): Promise<AnswerOf<typeof rerun>> {
    return this.reruns.job(principal, params.jobId);
  }

  @Route(prioritise)
  prioritise(
    @Input() { params, body, principal }: Call<typeof prioritise>,
  ): Promise<AnswerOf<typeof prioritise>> {
    return this.commands.prioritise(principal, params.jobId, body.priority);
  }
}
