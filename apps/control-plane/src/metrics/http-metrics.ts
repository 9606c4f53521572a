import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { ServiceRequest } from '../http/request.js';

/** Numbers of this process: its requests, memory and event loop. */
@Injectable()
export class HttpMetrics {
  readonly registry = new Registry();

  private readonly seconds = new Histogram({
    name: 'fenceline_http_seconds',
    help: 'How long requests took, by operation and status',
    labelNames: ['operation', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Measures each request until its answer is sent; one that no operation takes is `none`. */
  measure(): RequestHandler {
    return (request: Request, response: Response, next: NextFunction) => {
      const stop = this.seconds.startTimer();
      response.once('finish', () => {
        const { operation } = request as ServiceRequest;
        stop({ operation: operation?.id ?? 'none', status: response.statusCode });
      });
      next();
    };
  }
}
