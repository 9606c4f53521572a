import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { FindingsService } from './findings.service.js';

const { list } = operations.findings;

@Controller()
export class FindingsController {
  constructor(private readonly findings: FindingsService) {}

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.findings.list(principal, query);
  }
}
