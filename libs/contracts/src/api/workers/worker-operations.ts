import { z } from 'zod';
import { idSchema } from '../fields.js';
import { operation } from '../operation.js';
import { workerStateSchema } from '../states.js';
import { capacitySchema } from './capacity.js';

/** What a worker's process is told when it starts, and from then on when it asks for assignments. */
const termsSchema = z
  .object({
    state: workerStateSchema,
    /** How long a lease holds; renew at a third of it. */
    leaseSeconds: z.number(),
    /** How often to ask for assignments, whatever Redis says. */
    pollSeconds: z.number(),
    /**
     * Where its queue is, or null where it shall only ask. It signs in there as `worker-ID` with its credential, and
     * may use the queue named by its id alone.
     */
    doorbell: z
      .object({
        url: z.string().meta({ description: 'without user or password' }),
        prefix: z.string(),
        queue: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'WorkerTerms' });
export type WorkerTerms = z.infer<typeof termsSchema>;

/** The operations that a worker's process calls about itself. */
export const workerOperations = {
  hello: operation({
    id: 'helloWorker',
    tag: 'worker',
    method: 'POST',
    path: '/worker/hello',
    access: 'worker',
    summary: 'Tells what the worker offers now, as its process starts',
    body: z.object({ instance: idSchema, capacity: capacitySchema }),
    answer: termsSchema,
    status: 200,
  }),
  assignments: operation({
    id: 'listAssignments',
    tag: 'worker',
    method: 'GET',
    path: '/worker/assignments',
    access: 'worker',
    summary:
      'The attempts that want this worker, to be claimed or to be cancelled; and whether there is something to judge again',
    answer: z
      .object({
        attemptIds: z.array(idSchema),
        /** There is evidence that is to be judged again: `claimRejudging` gives it. */
        rejudging: z.boolean(),
        terms: termsSchema,
      })
      .meta({ id: 'Assignments' }),
  }),
};
