import { z } from 'zod';

/**
 * What is seen while a lab runs: capped and lossy, never stored. The recording has all of it.
 *
 * Times are ms since the lab started.
 */
export const livePartSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('step'),
      /** `boot VMs`, `connect paths`, … */
      step: z.string().max(200),
      detail: z.string().max(500),
      ms: z.number().nullable(),
    }),
    z.object({
      kind: z.literal('console'),
      vm: z.string().max(32),
      line: z.string().max(1000),
      ms: z.number(),
    }),
    /** Commands of a path in one slice of time: a thinned bar of the live timeline. */
    z.object({
      kind: z.literal('bar'),
      path: z.string().max(32),
      fromMs: z.number(),
      toMs: z.number(),
      writes: z.int().nonnegative(),
      reads: z.int().nonnegative(),
      /** Held by the backend at the end of the slice. */
      held: z.int().nonnegative(),
    }),
    z.object({ kind: z.literal('fault'), what: z.string().max(300), ms: z.number() }),
  ])
  .meta({ id: 'LivePart' });
export type LivePart = z.infer<typeof livePartSchema>;
