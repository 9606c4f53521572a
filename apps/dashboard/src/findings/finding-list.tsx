import { Link } from 'wouter';
import type { FindingGroup } from '../app/api-types.js';
import { NotAsExpected } from '../ui/expected.js';
import { plural, shortId } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Time } from '../ui/time.js';
import styles from './finding-list.module.css';

const harmWords = { none: 'no harm', possible: 'harm possible', landed: 'harm done' } as const;

/** Findings that tell the same story, with since when, how often and where. */
export function FindingList({
  groups,
  short = false,
}: {
  groups: readonly FindingGroup[];
  short?: boolean;
}) {
  return (
    <ul className={styles['list']}>
      {groups.map((group) => (
        <li key={group.key} className={styles['group']}>
          <div className={styles['head']}>
            <h3>
              <Mark shape="triangle" tone="violation" /> {group.rule}
              <span className={styles['in']}> in {group.scenario}</span>
            </h3>
            <NotAsExpected count={group.notAsExpected} />
          </div>
          <p className={styles['sentence']}>{group.sentence}</p>
          <ul className={styles['facts']}>
            <li>
              {plural(group.jobs, 'job')}
              {group.findings !== group.jobs && `, ${plural(group.findings, 'finding')}`}
            </li>
            <li>
              since <Time at={group.firstAt} />, last <Time at={group.lastAt} />
            </li>
            <li>
              {group.blame}
              {group.harm !== null && `, ${harmWords[group.harm]}`}
            </li>
            <li>
              {group.kernels
                .map(({ kernel, jobs }) => `${kernel || 'no kernel'} × ${jobs}`)
                .join(', ')}
            </li>
            {short && group.newest[0] !== undefined && (
              <li>
                <Link href={`/jobs/${group.newest[0].jobId}`}>
                  the newest job<span className="visually-hidden"> of {group.rule}</span>
                </Link>
              </li>
            )}
          </ul>
          {!short && <More group={group} />}
        </li>
      ))}
    </ul>
  );
}

function More({ group }: { group: FindingGroup }) {
  return (
    <details className={styles['more']}>
      <summary>
        Order of events ({group.order.length}) and jobs
        <span className="visually-hidden"> of {group.rule}</span>
      </summary>
      <div className={styles['columns']}>
        <ol className={styles['order']}>
          {group.order.map((step, at) => (
            <li key={at}>{step}</li>
          ))}
        </ol>
        <ul className={styles['jobs']}>
          {group.newest.map((job) => (
            <li key={job.jobId}>
              <Link href={`/jobs/${job.jobId}`}>{shortId(job.jobId)}</Link> seed {job.seed},{' '}
              {job.kernel || 'no kernel'}, <Time at={job.at} />
              {!job.asExpected && ', not as expected'}
            </li>
          ))}
          {group.jobs > group.newest.length && (
            <li>
              <Link
                href={`/jobs?rule=${group.rule}&scenario=${encodeURIComponent(group.scenario)}`}
              >
                all jobs of this rule and scenario
              </Link>
            </li>
          )}
        </ul>
      </div>
    </details>
  );
}
