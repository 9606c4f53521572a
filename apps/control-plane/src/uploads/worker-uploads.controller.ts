import { Controller, Req } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import type { Request } from 'express';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { UploadsService } from './uploads.service.js';

const { create, part, show, complete } = operations.workerUploads;

/** Uploads of a worker, for one of its attempts. */
@Controller()
export class WorkerUploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Route(create)
  create(
    @Input() { principal, body }: WorkerCall<typeof create>,
  ): Promise<AnswerOf<typeof create>> {
    return this.uploads.createForAttempt(principal, body);
  }

  @Route(part)
  part(
    @Input() { principal, params, query }: WorkerCall<typeof part>,
    @Req() request: Request,
  ): Promise<AnswerOf<typeof part>> {
    return this.uploads.part(principal, params.uploadId, query, request);
  }

  @Route(show)
  show(@Input() { principal, params }: WorkerCall<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.uploads.show(principal, params.uploadId);
  }

  @Route(complete)
  complete(
    @Input() { principal, params }: WorkerCall<typeof complete>,
  ): Promise<AnswerOf<typeof complete>> {
    return this.uploads.complete(principal, params.uploadId);
  }
}
