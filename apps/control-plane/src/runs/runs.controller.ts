import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { CancellationsService } from './cancellations.service.js';
import { RunCells } from './run-cells.js';
import { RerunsService } from './reruns.service.js';
import { RunsService } from './runs.service.js';
import { SubmissionsService } from './submissions.service.js';

const { cancel, cells, clone, list, progress, rerun, show, submit } = operations.runs;

@Controller()
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly runCells: RunCells,
    private readonly submissions: SubmissionsService,
    private readonly reruns: RerunsService,
    private readonly cancellations: CancellationsService,
  ) {}

  @Route(submit)
  submit(@Input() { body, principal }: Call<typeof submit>): Promise<AnswerOf<typeof submit>> {
    return this.submissions.submit(principal, body);
  }

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.runs.list(principal, query);
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.runs.show(principal, params.runId);
  }

  @Route(cells)
  cells(@Input() { params, principal }: Call<typeof cells>): Promise<AnswerOf<typeof cells>> {
    return this.runCells.ofRun(principal, params.runId);
  }

  @Route(progress)
  progress(
    @Input() { query, principal }: Call<typeof progress>,
  ): Promise<AnswerOf<typeof progress>> {
    return this.runCells.progress(principal, query.runIds);
  }

  @Route(clone)
  clone(@Input() { params, body, principal }: Call<typeof clone>): Promise<AnswerOf<typeof clone>> {
    return this.submissions.clone(principal, params.runId, body);
  }

  @Route(rerun)
  rerun(@Input() { params, body, principal }: Call<typeof rerun>): Promise<AnswerOf<typeof rerun>> {
    return this.reruns.run(principal, params.runId, body.which);
  }

  @Route(cancel)
  cancel(@Input() { params, principal }: Call<typeof cancel>): Promise<AnswerOf<typeof cancel>> {
    return this.cancellations.cancel(principal, params.runId);
  }
}
