import { z } from 'zod';

/** A line of `final-image.jsonl`: a run of blocks, the XXH64 hash of each one's bytes as 16 hex digits. */
export const imageRunSchema = z.strictObject({
  slba: z.int().nonnegative(),
  hashes: z.array(z.string().regex(/^[0-9a-f]{16}$/)).min(1),
});

/** Its last line: how many blocks it has. A file without it was cut. */
export const imageEndSchema = z.strictObject({ blocks: z.int().nonnegative() });
