import { answerOf } from '@fenceline/client';
import { queryOptions } from '@tanstack/react-query';
import { service } from '../app/service.js';
import type { JobFilters } from './filters.js';
import { queryOfFilters } from './filters.js';

export const jobQuery = (jobId: string) =>
  queryOptions({
    queryKey: ['job', jobId],
    queryFn: () => answerOf(service.GET('/jobs/{jobId}', { params: { path: { jobId } } })),
  });

/** A judgement never changes. */
export const judgementQuery = (judgementId: string) =>
  queryOptions({
    queryKey: ['judgement', judgementId],
    staleTime: Infinity,
    queryFn: () =>
      answerOf(service.GET('/judgements/{judgementId}', { params: { path: { judgementId } } })),
  });

/** One page of jobs. */
export const jobListQuery = (filters: JobFilters, cursor?: string) =>
  queryOptions({
    queryKey: ['jobs', 'page', filters],
    queryFn: () =>
      answerOf(
        service.GET('/jobs', {
          params: {
            query: { ...queryOfFilters(filters), ...(cursor !== undefined && { cursor }) },
          },
        }),
      ),
  });
