import { answerOf } from '@fenceline/client';
import { queryOptions } from '@tanstack/react-query';
import { service } from '../app/service.js';

/** A worker that falls silent sends no event: it is looked for now and then. */
const lookMs = 10_000;

export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: () => answerOf(service.GET('/workers', { params: { query: { limit: 200 } } })),
  refetchInterval: lookMs,
});

export const workerQuery = (workerId: string) =>
  queryOptions({
    queryKey: ['worker', workerId],
    queryFn: () => answerOf(service.GET('/workers/{workerId}', { params: { path: { workerId } } })),
    refetchInterval: lookMs,
  });
