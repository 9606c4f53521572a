import { z } from 'zod';

/** Headers of operations that answer bytes. */
export const rangeHeadersSchema = z.object({
  Range: z.string().optional().meta({ description: 'one range, e.g. `bytes=0-1023`' }),
  'If-Range': z.string().optional(),
  'If-None-Match': z.string().optional(),
});
