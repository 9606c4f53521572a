import { z } from 'zod';

/** Header of operations that may be repeated: the same key and request give the first answer again, for 24 h. */
export const idempotencyHeadersSchema = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'is not 1 to 255 visible ASCII characters' })
    .optional(),
});
