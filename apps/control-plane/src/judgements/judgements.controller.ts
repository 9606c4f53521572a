import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { AddJudgementService } from './add-judgement.service.js';
import { JudgementsReader } from './judgements.reader.js';

const { add, list, show } = operations.judgements;

@Controller()
export class JudgementsController {
  constructor(
    private readonly reader: JudgementsReader,
    private readonly adding: AddJudgementService,
  ) {}

  @Route(list)
  async list(@Input() { params, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return { items: await this.reader.ofJob(principal, params.jobId) };
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.reader.show(principal, params.judgementId);
  }

  @Route(add)
  add(@Input() { params, body, principal }: Call<typeof add>): Promise<AnswerOf<typeof add>> {
    return this.adding.add(principal, params.jobId, body.evidenceSha256, body.document);
  }
}
