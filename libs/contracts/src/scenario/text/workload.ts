import { z } from 'zod';
import { fioOptionsSchema } from '../fio-options.js';
import { nameSchema, referenceSchema } from './fields.js';

/** One fio job of a host, over the multipath device of the namespace. */
export const workloadTextSchema = z.strictObject({
  name: nameSchema.describe('Name of the job, for the timeline and the evidence.'),
  host: referenceSchema
    .optional()
    .describe('Host that runs it. Default: the only host, where there is one.'),
  fio: fioOptionsSchema.describe(
    'Options of fio by their own names. The device, the name and the output are set by the lab.',
  ),
});
export type WorkloadText = z.output<typeof workloadTextSchema>;
