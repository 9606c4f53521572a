import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../../http/route.js';
import { JoinTokensService } from './join-tokens.service.js';

const { create, list, revoke } = operations.joinTokens;

@Controller()
export class JoinTokensController {
  constructor(private readonly joinTokens: JoinTokensService) {}

  @Route(create)
  create(@Input() { body, principal }: Call<typeof create>): Promise<AnswerOf<typeof create>> {
    return this.joinTokens.create(principal, body.expiresInHours);
  }

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.joinTokens.list(principal.projectId, query);
  }

  @Route(revoke)
  revoke(@Input() { params, principal }: Call<typeof revoke>): Promise<void> {
    return this.joinTokens.revoke(principal.projectId, params.joinTokenId);
  }
}
