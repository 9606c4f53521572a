import { Mark } from '../ui/mark.js';
import type { Look } from '../ui/outcome.js';
import styles from './connection-state.module.css';
import { useConnection } from './live.js';
import type { Connection } from './messages.js';

const looks: Readonly<Record<Connection, Look>> = {
  connecting: { shape: 'ring', tone: 'idle', word: 'connecting' },
  open: { shape: 'circle', tone: 'pass', word: 'live' },
  cut: { shape: 'half', tone: 'inconclusive', word: 'connecting again' },
  refused: { shape: 'barred', tone: 'violation', word: 'not live' },
};

/** Whether what is shown follows what happens. */
export function ConnectionState() {
  const look = looks[useConnection()];
  return (
    <span className={styles['connection']} role="status">
      <Mark {...look} />
      {look.word}
    </span>
  );
}
