import { answerOf } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { service } from '../app/service.js';
import { FindingList } from '../findings/finding-list.js';
import { findingsQuery } from '../findings/queries.js';
import { RunTable } from '../runs/run-table.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { ButtonLink } from '../ui/button.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Empty, Loaded } from '../ui/states.js';
import { workersQuery } from '../workers/queries.js';
import { MarginChart } from './margin-chart.js';
import styles from './overview-page.module.css';
import { Queue } from './queue.js';
import { WorkerSummary } from './worker-summary.js';

/** What matters in the morning: what ran, what broke, what waits. */
export function OverviewPage() {
  const who = useWho();
  return (
    <Page
      title="Overview"
      actions={
        may(who, 'submit') && (
          <ButtonLink kind="primary" href="/scenarios/edit">
            New run
          </ButtonLink>
        )
      }
    >
      <div className={styles['grid']}>
        <div className={styles['column']}>
          <LatestRuns />
          <NewViolations />
        </div>
        <div className={styles['column']}>
          <QueuePanel />
          <WorkersPanel />
        </div>
      </div>
      <MarginTrends />
    </Page>
  );
}

function LatestRuns() {
  const query = useQuery({
    queryKey: ['runs', 'latest'],
    queryFn: () => answerOf(service.GET('/runs', { params: { query: { limit: 6 } } })),
  });
  return (
    <Panel title="Latest runs" aside={<Link href="/runs">All runs</Link>} flush>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>
              Nothing was submitted yet. <Link href="/scenarios">The library of scenarios</Link> is
              where to begin.
            </Empty>
          ) : (
            <RunTable runs={items} short />
          )
        }
      </Loaded>
    </Panel>
  );
}

function NewViolations() {
  const query = useQuery(findingsQuery({ asExpected: 'false' }));
  return (
    <Panel
      title="Violations that were not expected"
      aside={<Link href="/findings?asExpected=false">All of them</Link>}
      flush
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>None: every violation was one that its scenario expects.</Empty>
          ) : (
            <FindingList groups={items.slice(0, 5)} short />
          )
        }
      </Loaded>
    </Panel>
  );
}

function QueuePanel() {
  const query = useQuery({
    queryKey: ['queue'],
    queryFn: () => answerOf(service.GET('/queue')),
    // Why something waits changes with workers that say nothing, too.
    refetchInterval: 15_000,
  });
  return (
    <Panel title="Queue" aside={<Link href="/jobs?state=queued">Jobs that wait</Link>} flush>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? <Empty>Nothing waits.</Empty> : <Queue groups={items} />
        }
      </Loaded>
    </Panel>
  );
}

function WorkersPanel() {
  const query = useQuery(workersQuery);
  return (
    <Panel title="Workers" aside={<Link href="/workers">All workers</Link>} flush>
      <Loaded query={query}>{({ items }) => <WorkerSummary workers={items} />}</Loaded>
    </Panel>
  );
}

function MarginTrends() {
  const query = useQuery({
    queryKey: ['margins'],
    queryFn: () => answerOf(service.GET('/margins', { params: { query: {} } })),
  });
  return (
    <Panel
      title="Margins, run by run"
      aside="● first retry after the fence’s end, ◇ fence’s end after the last apply; below the line: violated"
    >
      <Loaded query={query}>
        {({ items }) => {
          const measured = items.filter(({ points }) =>
            points.some((point) => point.firstRetryMs !== null || point.lastApplyMs !== null),
          );
          if (measured.length === 0) return <p>Nothing was measured yet.</p>;
          return (
            <div className={styles['charts']}>
              {measured.map((series) => (
                <MarginChart key={`${series.scenario} ${series.kernel ?? ''}`} series={series} />
              ))}
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}
