import { Link } from 'wouter';
import type { QueueGroup } from '../app/api-types.js';
import { plural } from '../ui/format.js';
import { Since } from '../ui/time.js';
import styles from './queue.module.css';

/** What waits, for how long, and why. */
export function Queue({ groups }: { groups: readonly QueueGroup[] }) {
  return (
    <ul className={styles['queue']}>
      {groups.map((group) => (
        <li key={group.firstJobId}>
          <div className={styles['head']}>
            <strong>{plural(group.jobs, 'job')}</strong>
            <span>
              the first for <Since at={group.oldestQueuedAt} />
            </span>
          </div>
          <p>{group.whyWaiting}</p>
          <p className={styles['dim']}>
            {group.scenarios.join(', ')} ·{' '}
            <Link href={`/jobs/${group.firstJobId}`}>the next one</Link>
          </p>
        </li>
      ))}
    </ul>
  );
}
