import { z } from 'zod';
import { operation } from '../operation.js';

export const healthOperations = {
  live: operation({
    id: 'live',
    tag: 'health',
    method: 'GET',
    path: '/health/live',
    access: 'public',
    summary: 'Whether the process answers',
    answer: z.object({ status: z.literal('ok') }).meta({ id: 'Live' }),
  }),
  ready: operation({
    id: 'ready',
    tag: 'health',
    method: 'GET',
    path: '/health/ready',
    access: 'public',
    summary: 'Whether Postgres answers; Redis and the artifact store are told too, and may be away',
    answer: z
      .object({
        status: z.enum(['ok', 'degraded']),
        postgres: z.literal('up'),
        redis: z.enum(['up', 'down']),
        artifacts: z.enum(['up', 'down']),
      })
      .meta({ id: 'Ready' }),
    problems: ['unavailable'],
  }),
};
