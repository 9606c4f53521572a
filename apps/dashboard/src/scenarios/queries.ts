import { answerOf } from '@fenceline/client';
import { queryOptions } from '@tanstack/react-query';
import { service } from '../app/service.js';

/** The shipped scenarios, which came with this page; they are loaded when somebody looks. */
export const libraryQuery = queryOptions({
  queryKey: ['library'],
  staleTime: Infinity,
  queryFn: async () => (await import('./library.js')).library,
});

/** A stored scenario never changes: its hash is its name. */
export const scenarioQuery = (hash: string) =>
  queryOptions({
    queryKey: ['scenario', hash],
    staleTime: Infinity,
    queryFn: () => answerOf(service.GET('/scenarios/{hash}', { params: { path: { hash } } })),
  });
