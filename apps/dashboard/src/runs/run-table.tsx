import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Run, RunProgress } from '../app/api-types.js';
import { NotAsExpected } from '../ui/expected.js';
import { formatCount } from '../ui/format.js';
import { OutcomeBar } from '../ui/outcome-bar.js';
import { OutcomeCounts } from '../ui/outcome-counts.js';
import { Table, type Column } from '../ui/table.js';
import { Tags } from '../ui/tags.js';
import { Time } from '../ui/time.js';
import { runProgressQuery } from './queries.js';
import styles from './run-table.module.css';

/** Runs with what has become of their jobs. */
export function RunTable({ runs, short = false }: { runs: readonly Run[]; short?: boolean }) {
  const { data } = useQuery(runProgressQuery(runs.map(({ id }) => id)));
  const progressOf = (run: Run): RunProgress | undefined => data?.get(run.id);
  const columns: Column<Run>[] = [
    {
      title: 'Run',
      kind: 'wide',
      isHead: true,
      cell: (run) => (
        <>
          <Link href={`/runs/${run.id}`}>{run.name}</Link> {!short && <Tags tags={run.labels} />}
        </>
      ),
    },
    {
      title: 'Outcomes',
      cell: (run) => {
        const progress = progressOf(run);
        return progress === undefined ? null : (
          <div className={styles['outcomes']}>
            <OutcomeBar progress={progress} jobs={run.jobCount} />
            <OutcomeCounts progress={progress} />
          </div>
        );
      },
    },
    {
      title: 'Expectations',
      cell: (run) => {
        const progress = progressOf(run);
        if (progress === undefined) return null;
        const finished = progress.states['finished'] ?? 0;
        return finished === 0 && progress.notAsExpected === 0 ? (
          <span className={styles['open']}>nothing finished yet</span>
        ) : (
          <NotAsExpected count={progress.notAsExpected} />
        );
      },
    },
    { title: 'Jobs', kind: 'number', cell: ({ jobCount }) => formatCount(jobCount) },
    { title: 'Owner', kind: 'tight', cell: ({ owner }) => owner },
    { title: 'Submitted', kind: 'tight', cell: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return (
    <Table
      label="Runs"
      columns={
        short ? columns.filter(({ title }) => title !== 'Jobs' && title !== 'Owner') : columns
      }
      rows={runs}
      keyOf={({ id }) => id}
    />
  );
}
