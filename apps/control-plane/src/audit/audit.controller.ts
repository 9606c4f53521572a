import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { Audit } from './audit.js';

const { list } = operations.audit;

@Controller()
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.audit.list(principal.projectId, query);
  }
}
