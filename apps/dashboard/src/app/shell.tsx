import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { ConnectionState } from '../live/connection-state.js';
import { may } from '../session/may.js';
import { useSignOut, useWho } from '../session/session.js';
import { Button } from '../ui/button.js';
import { classes } from '../ui/classes.js';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Tags } from '../ui/tags.js';
import { Brand } from './brand.js';
import { sections } from './sections.js';
import styles from './shell.module.css';
import { ThemeChoice } from './theme-choice.js';

/** What is around every page: where one can go, who is signed in, whether it is live. */
export function Shell({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  // Going somewhere closes the menu.
  const isOpen = openAt === location;
  const main = useRef<HTMLElement>(null);
  const at = useRef(location);
  useEffect(() => {
    if (at.current === location) return;
    at.current = location;
    window.scrollTo(0, 0);
    // Those who hear the page begin with it, not with the menu.
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#main">
        To the content
      </a>
      <header className={styles['side']}>
        <Link href="/" className={styles['home']} aria-label="Fenceline, overview">
          <Brand />
        </Link>
        <ConnectionState />
        <div className={styles['toggle']}>
          <Button
            small
            aria-expanded={isOpen}
            aria-controls="menu"
            onClick={() => setOpenAt(isOpen ? null : location)}
          >
            Menu
          </Button>
        </div>
        <Menu isOpen={isOpen} location={location} />
        <Foot isOpen={isOpen} />
      </header>
      <main id="main" ref={main} className={styles['main']} tabIndex={-1}>
        {/* Another page is another try. */}
        <ErrorBoundary key={location}>{children}</ErrorBoundary>
      </main>
    </div>
  );
}

function Menu({ isOpen, location }: { isOpen: boolean; location: string }) {
  const who = useWho();
  return (
    <nav id="menu" aria-label="Pages" className={classes(styles['nav'], isOpen && styles['open'])}>
      <ul>
        {sections
          .filter(({ scope }) => scope === undefined || may(who, scope))
          .map(({ href, title, icon }) => (
            <li key={href}>
              <Link
                href={href}
                className={styles['link']}
                aria-current={isWithin(location, href) ? 'page' : undefined}
              >
                <svg
                  viewBox="0 0 16 16"
                  aria-hidden="true"
                  fill="none"
                  stroke="currentColor"
                  strokeWidth="1.5"
                >
                  <path d={icon} />
                </svg>
                {title}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function Foot({ isOpen }: { isOpen: boolean }) {
  const who = useWho();
  const signOut = useSignOut();
  return (
    <div className={classes(styles['foot'], isOpen && styles['open'])}>
      <div className={styles['who']}>
        <strong>{who.owner}</strong>
        <Tags tags={who.scopes} />
      </div>
      <ThemeChoice />
      <Button small disabled={signOut.isPending} onClick={() => signOut.mutate()}>
        Sign out
      </Button>
    </div>
  );
}

function isWithin(location: string, href: string): boolean {
  return href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`);
}
