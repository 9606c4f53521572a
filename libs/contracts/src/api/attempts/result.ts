import { z } from 'zod';
import { verdictSchema } from '../../verdict.js';

/** How an attempt came out at the worker. */
export const attemptResultSchema = z
  .discriminatedUnion('kind', [
    /** The recording was judged; `verdict` is the document beside the evidence. */
    z.object({ kind: z.literal('judged'), verdict: verdictSchema }),
    /** The lab broke, a bound passed, it was cancelled, or the kernels lack what the scenario needs. */
    z.object({
      kind: z.enum(['error', 'timeout', 'cancelled', 'skipped']),
      message: z.string().max(4000),
    }),
  ])
  .meta({ id: 'AttemptResult' });
export type AttemptResult = z.infer<typeof attemptResultSchema>;
