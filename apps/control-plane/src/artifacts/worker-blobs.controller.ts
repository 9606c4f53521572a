import { Controller, Req, Res } from '@nestjs/common';
import { operations } from '@fenceline/contracts/api';
import type { Request, Response } from 'express';
import { Input, Route, type WorkerCall } from '../http/route.js';
import { sendBytes } from '../http/send-bytes.js';
import { artifactHeaders } from './artifact-headers.js';
import { WorkerBlobs } from './worker-blobs.js';

const { content } = operations.workerBlobs;

@Controller()
export class WorkerBlobsController {
  constructor(private readonly blobs: WorkerBlobs) {}

  @Route(content)
  async content(
    @Input() { principal, params }: WorkerCall<typeof content>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const bytes = await this.blobs.find(principal, params.sha256);
    response.set(artifactHeaders('kernel', `${params.sha256}.tar.zst`));
    await sendBytes(request, response, bytes);
  }
}
