import type { operations } from '@fenceline/client';
import { endOfDay, startOfDay } from '../ui/days.js';

type Query = NonNullable<operations['listJobs']['parameters']['query']>;

export const jobFilterNames = [
  'text',
  'state',
  'outcome',
  'asExpected',
  'rule',
  'kernel',
  'scenario',
  'label',
  'owner',
  'from',
  'to',
  'runId',
] as const;

/** Filters as they stand in an address: days for times. */
export type JobFilters = Readonly<Partial<Record<(typeof jobFilterNames)[number], string>>>;

/** Filters as the API takes them. What it does not know it refuses, with words for the reader. */
export function queryOfFilters({ from, to, ...rest }: JobFilters): Query {
  return {
    ...rest,
    ...(from !== undefined && { from: startOfDay(from) }),
    ...(to !== undefined && { to: endOfDay(to) }),
  } as Query;
}
