import { answerOf, type operations } from '@fenceline/client';
import { queryOptions } from '@tanstack/react-query';
import { service } from '../app/service.js';

export const findingFilterNames = ['asExpected', 'rule', 'scenario', 'kernel'] as const;
export type FindingFilters = Readonly<Partial<Record<(typeof findingFilterNames)[number], string>>>;
type Query = NonNullable<operations['listFindings']['parameters']['query']>;

/** Groups of findings. What the API does not know it refuses, with words for the reader. */
export const findingsQuery = (filters: FindingFilters) =>
  queryOptions({
    queryKey: ['findings', filters],
    queryFn: () => answerOf(service.GET('/findings', { params: { query: filters as Query } })),
    placeholderData: (old) => old,
  });
