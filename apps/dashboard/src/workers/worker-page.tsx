import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { WorkerDetail } from '../app/api-types.js';
import { formatBytes } from '../ui/format.js';
import { Facts } from '../ui/facts.js';
import { MarkLabel } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Empty, Loaded } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Tags } from '../ui/tags.js';
import { Since, Time } from '../ui/time.js';
import { lookOfWorker } from './look.js';
import { workerQuery } from './queries.js';
import { Slots } from './slots.js';
import { WorkerActions } from './worker-actions.js';

type Running = WorkerDetail['attempts'][number];

const columns: Column<Running>[] = [
  {
    title: 'Scenario',
    isHead: true,
    cell: ({ jobId, scenarioName }) => <Link href={`/jobs/${jobId}`}>{scenarioName}</Link>,
  },
  { title: 'Attempt', kind: 'number', cell: ({ number }) => number },
  {
    title: 'State',
    kind: 'tight',
    cell: ({ state }) => <MarkLabel look={{ shape: 'half', tone: 'busy', word: state }} />,
  },
  { title: 'For', kind: 'tight', cell: ({ assignedAt }) => <Since at={assignedAt} /> },
];

/** One worker, and what it runs. */
export function WorkerPage({ workerId }: { workerId: string }) {
  const query = useQuery(workerQuery(workerId));
  const worker = query.data;
  const above = <Link href="/workers">Workers</Link>;
  if (worker === undefined) {
    return (
      <Page title="Worker" above={above}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  const { capacity, lastSeenAt } = worker;
  return (
    <Page title={worker.name} above={above} actions={<WorkerActions worker={worker} />}>
      <Facts
        facts={[
          ['State', <MarkLabel key="s" look={lookOfWorker(worker)} />],
          ['Labs', <Slots key="l" worker={worker} />],
          ['Memory', formatBytes(capacity.memoryMib * 1024 ** 2)],
          ['Cores', capacity.cores],
          ['Accelerator', capacity.accelerator ?? 'simulated labs only'],
          ['Labels', capacity.labels.length === 0 ? null : <Tags key="t" tags={capacity.labels} />],
          ['Version', capacity.version],
          ['Owner', worker.owner],
          ['Enrolled', <Time key="e" at={worker.createdAt} />],
          ['Heard of', lastSeenAt === null ? 'never' : <Time key="h" at={lastSeenAt} />],
        ]}
      />
      <Panel title="Runs now" flush>
        {worker.attempts.length === 0 ? (
          <Empty>Nothing.</Empty>
        ) : (
          <Table
            label="What it runs"
            columns={columns}
            rows={worker.attempts}
            keyOf={({ id }) => id}
          />
        )}
      </Panel>
    </Page>
  );
}
