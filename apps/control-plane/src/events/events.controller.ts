import { Controller, Req, Res } from '@nestjs/common';
import { bigNumberSchema, operations } from '@fenceline/contracts/api';
import type { Response } from 'express';
import { Problem } from '../http/problem.js';
import type { ServiceRequest } from '../http/request.js';
import { Input, Route, type Call } from '../http/route.js';
import { EventStreams } from './event-streams.js';

const { stream } = operations.events;

@Controller()
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  @Route(stream)
  async stream(
    @Input() { query, principal }: Call<typeof stream>,
    @Req() request: ServiceRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { live, liveJobs = [], runId, jobId, types } = query;
    // A browser that comes back sends the address it began with, and in this header how far it got.
    const after = lastEventId(request) ?? query.after;
    await this.streams.start(
      request,
      response,
      { projectId: principal.projectId, runId, jobId, types },
      {
        after: after === undefined ? null : BigInt(after),
        live: live && jobId !== undefined ? [jobId, ...liveJobs] : liveJobs,
      },
    );
  }
}

function lastEventId({ headers }: ServiceRequest): string | undefined {
  const id = headers['last-event-id'];
  if (id === undefined || id === '') return undefined;
  const parsed = bigNumberSchema.safeParse(id);
  if (parsed.success) return parsed.data;
  const error = { field: 'headers.last-event-id', message: 'is not the number of an event' };
  throw new Problem('invalid-request', `${error.field}: ${error.message}`, { errors: [error] });
}
