import { Link } from 'wouter';
import type { Job } from '../app/api-types.js';
import { Expected } from '../ui/expected.js';
import { shortId } from '../ui/format.js';
import { MarkLabel } from '../ui/mark.js';
import { lookOfJob } from '../ui/outcome.js';
import { Table, type Column } from '../ui/table.js';
import { Time } from '../ui/time.js';
import styles from './job-table.module.css';

interface JobTableProps {
  jobs: readonly Job[];
  /** They are all of one run. */
  inRun?: boolean;
}

/** Jobs with what they came to. */
export function JobTable({ jobs, inRun = false }: JobTableProps) {
  const columns: Column<Job>[] = [
    {
      title: 'Job',
      kind: 'tight',
      isHead: true,
      cell: (job) => (
        <Link href={`/jobs/${job.id}`}>
          <MarkLabel look={lookOfJob(job)} />
          <span className="visually-hidden"> job {shortId(job.id)}</span>
        </Link>
      ),
    },
    { title: 'Scenario', cell: ({ scenario }) => scenario.name },
    { title: 'Kernel', kind: 'tight', cell: ({ kernel }) => kernel ?? 'the scenario’s' },
    {
      title: 'Seed',
      kind: 'number',
      cell: ({ seed, repeat }) => (repeat === 0 ? seed : `${seed} · ${repeat}`),
    },
    {
      title: 'What came out',
      kind: 'wide',
      cell: ({ outcome }) =>
        outcome === null ? null : (
          <>
            <span className={styles['summary']}>{outcome.summary}</span>{' '}
            <Expected asExpected={outcome.asExpected} />
          </>
        ),
    },
    ...(inRun
      ? []
      : [
          {
            title: 'Run',
            kind: 'tight' as const,
            cell: ({ runId }: Job) => <Link href={`/runs/${runId}`}>{shortId(runId)}</Link>,
          },
        ]),
    {
      title: 'When',
      kind: 'tight',
      cell: ({ finishedAt, createdAt }) => <Time at={finishedAt ?? createdAt} />,
    },
  ];
  return <Table label="Jobs" columns={columns} rows={jobs} keyOf={({ id }) => id} />;
}
