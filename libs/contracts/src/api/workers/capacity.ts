import { z } from 'zod';
import { labelSchema } from '../fields.js';

/** What a worker offers; placement gives it no more than that. */
export const capacitySchema = z
  .object({
    /** Labs at the same time. */
    slots: z.int().min(1).max(1024),
    memoryMib: z
      .int()
      .nonnegative()
      .max(64 * 1024 ** 2),
    cores: z.int().positive().max(65_536),
    /** As probed by booting a guest; null where only simulated labs can run. */
    accelerator: z.enum(['kvm', 'tcg']).nullable(),
    labels: z.array(labelSchema).max(50),
    version: z.string().max(100),
  })
  .meta({ id: 'Capacity' });
export type Capacity = z.infer<typeof capacitySchema>;
