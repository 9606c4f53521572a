import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { RejudgementsService } from './rejudgements.service.js';

const { cancel, create, items, list, show } = operations.rejudgements;

@Controller()
export class RejudgementsController {
  constructor(private readonly rejudgements: RejudgementsService) {}

  @Route(create)
  create(@Input() { body, principal }: Call<typeof create>): Promise<AnswerOf<typeof create>> {
    return this.rejudgements.create(principal, body);
  }

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.rejudgements.list(principal, query);
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.rejudgements.show(principal, params.rejudgementId);
  }

  @Route(items)
  items(
    @Input() { params, query, principal }: Call<typeof items>,
  ): Promise<AnswerOf<typeof items>> {
    return this.rejudgements.items(principal, params.rejudgementId, query);
  }

  @Route(cancel)
  cancel(@Input() { params, principal }: Call<typeof cancel>): Promise<AnswerOf<typeof cancel>> {
    return this.rejudgements.cancel(principal, params.rejudgementId);
  }
}
