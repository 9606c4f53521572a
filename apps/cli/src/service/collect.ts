/** The most items of a page that the service gives. */
const largestPage = 200;

interface Page<Item> {
  items: Item[];
  next: string | null;
}

/**
 * Items of a list, page after page.
 *
 * @param limit the most that are wanted
 * @returns with whether there are more
 */
export async function collect<Item>(
  limit: number,
  page: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<{ items: Item[]; more: boolean }> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const wanted = { limit: Math.min(limit - items.length, largestPage) };
    const { items: some, next }: Page<Item> = await page(
      cursor === null ? wanted : { ...wanted, cursor },
    );
    items.push(...some);
    cursor = next;
  } while (cursor !== null && items.length < limit);
  return { items, more: cursor !== null };
}
