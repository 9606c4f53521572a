import type { RunProgress } from '../app/api-types.js';
import { plural } from './format.js';
import styles from './outcome-bar.module.css';
import { outcomeLooks, outcomeNames } from './outcome.js';

/** How far a run is, and what came out so far, as one line. */
export function OutcomeBar({ progress, jobs }: { progress: RunProgress; jobs: number }) {
  const finished = progress.states['finished'] ?? 0;
  const parts = outcomeNames.map((name) => ({
    name,
    count: progress.outcomes[name] ?? 0,
    tone: outcomeLooks[name].tone,
  }));
  const busy = (progress.states['active'] ?? 0) + (progress.states['cancelling'] ?? 0);
  return (
    <div
      className={styles['bar']}
      role="img"
      aria-label={`${finished} of ${plural(jobs, 'job')} finished`}
    >
      {parts.map(({ name, count, tone }) =>
        count === 0 ? null : (
          <span key={name} className={styles[tone]} style={{ flexGrow: count }} />
        ),
      )}
      {busy > 0 && <span className={styles['busy']} style={{ flexGrow: busy }} />}
      {jobs > finished + busy && (
        <span className={styles['rest']} style={{ flexGrow: jobs - finished - busy }} />
      )}
    </div>
  );
}
