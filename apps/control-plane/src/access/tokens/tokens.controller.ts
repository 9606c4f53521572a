import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../../http/route.js';
import { TokensService } from './tokens.service.js';

const { create, list, revoke, show } = operations.tokens;

@Controller()
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Route(create)
  create(@Input() { body, principal }: Call<typeof create>): Promise<AnswerOf<typeof create>> {
    return this.tokens.create(principal.projectId, body);
  }

  @Route(list)
  list(@Input() { query, principal }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.tokens.list(principal.projectId, query);
  }

  @Route(show)
  show(@Input() { params, principal }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.tokens.show(principal.projectId, params.tokenId);
  }

  @Route(revoke)
  revoke(@Input() { params, principal }: Call<typeof revoke>): Promise<void> {
    return this.tokens.revoke(principal.projectId, params.tokenId);
  }
}
