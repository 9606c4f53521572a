import { Link } from 'wouter';
import type { JobDetail } from '../app/api-types.js';
import { classes } from '../ui/classes.js';
import { Expected } from '../ui/expected.js';
import { MarkLabel } from '../ui/mark.js';
import { lookOfJob } from '../ui/outcome.js';
import { Since } from '../ui/time.js';
import styles from './verdict-line.module.css';

/** What came out, in one sentence; before that, how far it is. */
export function VerdictLine({ job }: { job: JobDetail }) {
  const look = lookOfJob(job);
  return (
    <div className={classes(styles['verdict'], styles[look.tone])}>
      <div className={styles['word']}>
        <MarkLabel look={look} />
        {job.outcome !== null && <Expected asExpected={job.outcome.asExpected} />}
      </div>
      <p className={styles['sentence']}>
        {job.outcome === null ? <Progress job={job} /> : job.outcome.summary}
      </p>
    </div>
  );
}

function Progress({ job }: { job: JobDetail }) {
  if (job.state === 'queued') {
    return (
      <>
        Waits for <Since at={job.queuedAt} />. {job.whyWaiting}
      </>
    );
  }
  const attempt = job.attempts.at(-1);
  if (attempt === undefined) return <>It is about to be given to a worker.</>;
  return (
    <>
      Attempt {attempt.number} is {attempt.state} on{' '}
      <Link href={`/workers/${attempt.worker.id}`}>{attempt.worker.name}</Link>, taken{' '}
      <Since at={attempt.claimedAt ?? attempt.assignedAt} /> ago.
    </>
  );
}
