import { Controller, Req, Res } from '@nestjs/common';
import { operations, type AnswerOf } from '@fenceline/contracts/api';
import type { Request, Response } from 'express';
import { Input, Route, type Call } from '../http/route.js';
import { sendBytes } from '../http/send-bytes.js';
import { artifactHeaders } from './artifact-headers.js';
import { ArtifactsService } from './artifacts.service.js';

const { list, show, content } = operations.artifacts;

@Controller()
export class ArtifactsController {
  constructor(private readonly artifacts: ArtifactsService) {}

  @Route(list)
  list(@Input() { principal, query }: Call<typeof list>): Promise<AnswerOf<typeof list>> {
    return this.artifacts.list(principal, query);
  }

  @Route(show)
  show(@Input() { principal, params }: Call<typeof show>): Promise<AnswerOf<typeof show>> {
    return this.artifacts.show(principal, params.artifactId);
  }

  @Route(content)
  async content(
    @Input() { principal, params }: Call<typeof content>,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const artifact = await this.artifacts.show(principal, params.artifactId);
    response.set(artifactHeaders(artifact.kind, artifact.name));
    await sendBytes(request, response, this.artifacts.bytesOf(artifact));
  }
}
