import { Link } from 'wouter';
import type { Worker } from '../app/api-types.js';
import { MarkLabel } from '../ui/mark.js';
import { Empty } from '../ui/states.js';
import { lookOfWorker } from '../workers/look.js';
import { Slots } from '../workers/slots.js';
import styles from './queue.module.css';

export function WorkerSummary({ workers }: { workers: readonly Worker[] }) {
  if (workers.length === 0) return <Empty>No worker is enrolled.</Empty>;
  return (
    <ul className={styles['queue']}>
      {workers.map((worker) => (
        <li key={worker.id} className={styles['head']}>
          <Link href={`/workers/${worker.id}`}>{worker.name}</Link>
          <Slots worker={worker} />
          <MarkLabel look={lookOfWorker(worker)} />
        </li>
      ))}
    </ul>
  );
}
