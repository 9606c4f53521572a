import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { ScenariosService } from './scenarios.service.js';

const { list, show, store, validate } = operations.scenarios;

@Controller()
export class ScenariosController {
  constructor(private readonly scenarios: ScenariosService) {}

  @Route(validate)
  validate(@Input() { body }: Call<typeof validate>): AnswerOf<typeof validate> {
    return this.scenarios.check(body.text);
  }

  @Route(store)
  store(@Input() { body, principal }: Call<typeof store>): Promise<AnswerOf<typeof store>> {
    return this.scenarios.store(principal, body.text);
  }

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.scenarios.list(principal, query);
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.scenarios.show(principal, params.hash);
  }
}
