import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../http/route.js';
import { KernelFetchesService } from './kernel-fetches.service.js';
import { KernelsService } from './kernels.service.js';

const { register, fetch, fetches, showFetch, list, show, buildImages, retire } = operations.kernels;

@Controller()
export class KernelsController {
  constructor(
    private readonly kernels: KernelsService,
    private readonly kernelFetches: KernelFetchesService,
  ) {}

  @Route(register)
  register(
    @Input() { principal, body }: Call<typeof register>,
  ): Promise<AnswerOf<typeof register>> {
    return this.kernels.register(principal, body);
  }

  @Route(fetch)
  fetch(@Input() { principal, body }: Call<typeof fetch>): Promise<AnswerOf<typeof fetch>> {
    return this.kernelFetches.request(principal, body.name);
  }

  @Route(fetches)
  fetches(@Input() { principal, query }: Call<typeof fetches>): Promise<AnswerOf<typeof fetches>> {
    return this.kernelFetches.list(principal, query);
  }

  @Route(showFetch)
  showFetch(
    @Input() { principal, params }: Call<typeof showFetch>,
  ): Promise<AnswerOf<typeof showFetch>> {
    return this.kernelFetches.show(principal, params.fetchId);
  }

  @Route(list)
  list(@Input() { principal, query }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.kernels.list(principal, query);
  }

  @Route(show)
  show(@Input() { principal, params }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.kernels.show(principal, params.kernelId);
  }

  @Route(buildImages)
  buildImages(
    @Input() { principal, params }: Call<typeof buildImages>,
  ): Promise<AnswerOf<typeof buildImages>> {
    return this.kernels.buildImages(principal, params.kernelId);
  }

  @Route(retire)
  retire(@Input() { principal, params }: Call<typeof retire>): Promise<AnswerOf<typeof retire>> {
    return this.kernels.retire(principal, params.kernelId);
  }
}
