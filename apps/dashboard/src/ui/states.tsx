import { ServiceProblem } from '@fenceline/client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import { classes } from './classes.js';
import styles from './states.module.css';

/** There is nothing to show; what would make something appear. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className={styles['state']}>{children}</div>;
}

export function Loading() {
  return (
    <div className={styles['state']} role="status">
      <span>Loading…</span>
      <span className={styles['bar']} />
    </div>
  );
}

/** What went wrong, and what mends it where the service knows. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = error instanceof ServiceProblem ? error : null;
  return (
    <div className={classes(styles['state'], styles['failed'])} role="alert">
      <strong>{error instanceof Error ? error.message : String(error)}</strong>
      {problem?.mend !== undefined && <span className={styles['detail']}>{problem.mend}</span>}
      {problem?.requestId !== undefined && (
        <span className={styles['detail']}>
          In the service’s log: <code>{problem.requestId}</code>
        </span>
      )}
      {onRetry !== undefined && problem?.status !== 404 && (
        <Button small onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** Shows what was read, or how the reading goes. What is known already stays while it is read again. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error !== null) {
    return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  }
  return <Loading />;
}
