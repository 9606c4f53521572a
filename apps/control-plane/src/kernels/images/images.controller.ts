import { Controller } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import { Input, Route, type Call } from '../../http/route.js';
import { ImagesService } from './images.service.js';

const { register, list, retire } = operations.images;

@Controller()
export class ImagesController {
  constructor(private readonly images: ImagesService) {}

  @Route(register)
  register(
    @Input() { principal, body }: Call<typeof register>,
  ): Promise<AnswerOf<typeof register>> {
    return this.images.register(principal, body);
  }

  @Route(list)
  list(@Input() { principal, query }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.images.list(principal, query);
  }

  @Route(retire)
  retire(@Input() { principal, params }: Call<typeof retire>): Promise<AnswerOf<typeof retire>> {
    return this.images.retire(principal, params.imageId);
  }
}
