import { z } from 'zod';

/** Query of every list: how many, and from where. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** `next` of the page before. */
  cursor: z.string().max(200).optional(),
});

/** A page of a list, newest first; `next` is null on the last one. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() }).meta({ id });
}
