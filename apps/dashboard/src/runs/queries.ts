import { answerOf } from '@fenceline/client';
import { queryOptions } from '@tanstack/react-query';
import type { RunProgress } from '../app/api-types.js';
import { service } from '../app/service.js';

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId, 'detail'],
    queryFn: () => answerOf(service.GET('/runs/{runId}', { params: { path: { runId } } })),
  });

export const runCellsQuery = (runId: string) =>
  queryOptions({
    queryKey: ['run', runId, 'cells'],
    queryFn: () => answerOf(service.GET('/runs/{runId}/cells', { params: { path: { runId } } })),
  });

/** How far each of several runs is. */
export const runProgressQuery = (runIds: readonly string[]) =>
  queryOptions({
    queryKey: ['run-progress', ...runIds],
    enabled: runIds.length > 0,
    queryFn: async (): Promise<ReadonlyMap<string, RunProgress>> => {
      const progress = new Map<string, RunProgress>();
      for (let at = 0; at < runIds.length; at += progressAtOnce) {
        const query = { runIds: runIds.slice(at, at + progressAtOnce).join(',') };
        const { items } = await answerOf(service.GET('/run-progress', { params: { query } }));
        for (const one of items) progress.set(one.runId, one.progress);
      }
      return progress;
    },
    placeholderData: (old) => old,
  });

/** As many as one request may ask for. */
const progressAtOnce = 50;
