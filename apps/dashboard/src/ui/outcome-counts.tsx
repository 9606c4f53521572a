import type { RunProgress } from '../app/api-types.js';
import { formatCount, plural } from './format.js';
import { Mark } from './mark.js';
import styles from './outcome-counts.module.css';
import { outcomeLooks, outcomeNames, stateLooks, type Look } from './outcome.js';

/** How many jobs came to what: a shape and a number each. */
export function OutcomeCounts({ progress }: { progress: RunProgress }) {
  const { states, outcomes } = progress;
  const counts: { look: Look; count: number }[] = [
    ...outcomeNames.map((name) => ({ look: outcomeLooks[name], count: outcomes[name] ?? 0 })),
    { look: stateLooks.active, count: (states['active'] ?? 0) + (states['cancelling'] ?? 0) },
    { look: stateLooks.queued, count: states['queued'] ?? 0 },
  ].filter(({ count }) => count > 0);
  return (
    <ul className={styles['counts']}>
      {counts.map(({ look, count }) => (
        <li key={look.word} title={plural(count, `× ${look.word}`, `× ${look.word}`)}>
          <Mark {...look} />
          <span aria-hidden="true">{formatCount(count)}</span>
          <span className="visually-hidden">
            {count} {look.word}
          </span>
        </li>
      ))}
    </ul>
  );
}
