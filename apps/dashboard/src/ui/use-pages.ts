import {
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  type InfiniteData,
} from '@tanstack/react-query';

export interface ListPage<Item> {
  items: Item[];
  next: string | null;
}

export type Pages<Item> = UseInfiniteQueryResult<InfiniteData<ListPage<Item>, string | null>>;

/** A list of the API, page by page. */
export function usePages<Item>(
  queryKey: readonly unknown[],
  read: (cursor: string | undefined) => Promise<ListPage<Item>>,
): Pages<Item> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (old) => old,
  });
}
