import type { ReactNode } from 'react';
import { Button } from './button.js';
import styles from './paged.module.css';
import { Empty, Failed, Loading } from './states.js';
import type { Pages } from './use-pages.js';

interface PagedProps<Item> {
  pages: Pages<Item>;
  /** Where there is nothing. */
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

/** The pages of a list that were read so far, and a way to the older ones. */
export function Paged<Item>({ pages, empty, children }: PagedProps<Item>) {
  const { data, error, hasNextPage, isFetchingNextPage } = pages;
  if (data === undefined) {
    return error === null ? (
      <Loading />
    ) : (
      <Failed error={error} onRetry={() => void pages.refetch()} />
    );
  }
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty>{empty}</Empty>;
  return (
    <>
      {children(items)}
      {hasNextPage && (
        <div className={styles['more']}>
          <Button small disabled={isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {isFetchingNextPage ? 'Loading…' : 'Show older ones'}
          </Button>
        </div>
      )}
    </>
  );
}
