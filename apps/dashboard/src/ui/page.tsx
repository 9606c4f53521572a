import { useEffect, type ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  title: string;
  /** Beside the title, where it has more to it than words. */
  heading?: ReactNode;
  /** What the page is a part of. */
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page with its title, in the window's too. */
export function Page({ title, heading, above, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Fenceline`;
  }, [title]);
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        <div className={styles['titles']}>
          {above !== undefined && <div className={styles['above']}>{above}</div>}
          <h1>{heading ?? title}</h1>
        </div>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
