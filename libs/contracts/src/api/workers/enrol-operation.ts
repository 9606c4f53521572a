import { z } from 'zod';
import { idSchema, nameSchema } from '../fields.js';
import { operation } from '../operation.js';
import { capacitySchema } from './capacity.js';

/** How a machine becomes a worker. */
export const enrolOperations = {
  enrol: operation({
    id: 'enrolWorker',
    tag: 'worker',
    method: 'POST',
    path: '/worker/enrol',
    access: 'public',
    summary: 'Takes a join token, once, and gives a credential that is bound to the new worker',
    body: z.object({ joinToken: z.string().max(200), name: nameSchema, capacity: capacitySchema }),
    answer: z
      .object({ workerId: idSchema, credential: z.string() })
      .meta({ id: 'WorkerCredential' }),
    problems: ['unauthenticated', 'conflict'],
    secret: true,
  }),
};
