import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';
import { classes } from './classes.js';

interface Kind {
  kind?: 'plain' | 'primary' | 'danger';
  small?: boolean;
}

function classOf({ kind = 'plain', small = false }: Kind): string {
  return classes(styles['button'], kind !== 'plain' && styles[kind], small && styles['small']);
}

export function Button({ kind, small, ...rest }: Kind & ComponentProps<'button'>) {
  return <button type="button" className={classOf({ kind, small })} {...rest} />;
}

/** A page of the dashboard that is reached like a button. */
export function ButtonLink({
  kind,
  small,
  href,
  children,
}: Kind & { href: string; children: React.ReactNode }) {
  return (
    <Link href={href} className={classOf({ kind, small })}>
      {children}
    </Link>
  );
}

/** An address outside of the pages: a download. */
export function ButtonAnchor({ kind, small, children, ...rest }: Kind & ComponentProps<'a'>) {
  return (
    <a className={classOf({ kind, small })} {...rest}>
      {children}
    </a>
  );
}
