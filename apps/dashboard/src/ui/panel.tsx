import { useId, type ReactNode } from 'react';
import styles from './panel.module.css';

interface PanelProps {
  title: ReactNode;
  aside?: ReactNode;
  /** Without room around: for tables. */
  flush?: boolean;
  children: ReactNode;
}

/** A part of a page under a heading of its own. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={styles['panel']} aria-labelledby={id}>
      <div className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={styles['aside']}>{aside}</div>}
      </div>
      {flush ? children : <div className={styles['body']}>{children}</div>}
    </section>
  );
}
