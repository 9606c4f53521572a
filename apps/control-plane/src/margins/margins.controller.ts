import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { MarginsService } from './margins.service.js';

const { list } = operations.margins;

@Controller()
export class MarginsController {
  constructor(private readonly margins: MarginsService) {}

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.margins.list(principal, query);
  }
}
