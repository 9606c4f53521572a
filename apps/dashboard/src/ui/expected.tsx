import { Mark } from './mark.js';
import styles from './expected.module.css';

/** Whether something came out as its scenario says; what did not is what wants a look. */
export function Expected({ asExpected }: { asExpected: boolean }) {
  return asExpected ? (
    <span className={styles['yes']}>as expected</span>
  ) : (
    <strong className={styles['no']}>
      <Mark shape="triangle" tone="violation" /> not as expected
    </strong>
  );
}

/** How many of several did not come out as expected. */
export function NotAsExpected({ count }: { count: number }) {
  if (count === 0) return <span className={styles['yes']}>all as expected</span>;
  return (
    <strong className={styles['no']}>
      <Mark shape="triangle" tone="violation" /> {count} not as expected
    </strong>
  );
}
