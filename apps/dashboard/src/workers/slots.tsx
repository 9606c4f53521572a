import type { Worker } from '../app/api-types.js';
import styles from './slots.module.css';

/** The most slots that are drawn one by one. */
const drawn = 16;

/** How many labs a worker runs of those that it may. */
export function Slots({ worker: { busy, capacity } }: { worker: Worker }) {
  return (
    <span className={styles['slots']}>
      {capacity.slots <= drawn &&
        Array.from({ length: capacity.slots }, (_, at) => (
          <span
            key={at}
            aria-hidden="true"
            className={at < busy.slots ? styles['busy'] : styles['free']}
          />
        ))}
      <span>
        {busy.slots} of {capacity.slots}
      </span>
    </span>
  );
}
