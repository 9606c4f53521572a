import { answerOf } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { RunDetail } from '../app/api-types.js';
import { service } from '../app/service.js';
import { JobTable } from '../jobs/job-table.js';
import { jobListQuery } from '../jobs/queries.js';
import { mayChange } from '../session/may.js';
import { useWho } from '../session/session.js';
import { Action } from '../ui/action.js';
import { NotAsExpected } from '../ui/expected.js';
import { Facts } from '../ui/facts.js';
import { formatCount, plural } from '../ui/format.js';
import { OutcomeBar } from '../ui/outcome-bar.js';
import { OutcomeCounts } from '../ui/outcome-counts.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Loaded } from '../ui/states.js';
import { Tags } from '../ui/tags.js';
import { Time } from '../ui/time.js';
import { useFilters } from '../ui/use-filters.js';
import { CompareChoice } from './compare-choice.js';
import { runCellsQuery, runQuery } from './queries.js';
import { RunMatrix } from './run-matrix.js';
import styles from './run-page.module.css';
import { describeSeeds } from './seeds.js';

const names = ['compare'] as const;

/** One run: its matrix, and what did not come out as expected. */
export function RunPage({ runId }: { runId: string }) {
  const query = useQuery(runQuery(runId));
  const above = <Link href="/runs">Runs</Link>;
  if (query.data === undefined) {
    return (
      <Page title="Run" above={above}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  const run = query.data;
  return (
    <Page title={run.name} above={above} actions={<RunActions run={run} />}>
      <Summary run={run} />
      <MatrixPanel run={run} />
      {run.progress.notAsExpected > 0 && <Unexpected run={run} />}
    </Page>
  );
}

function RunActions({ run }: { run: RunDetail }) {
  const who = useWho();
  const [, navigate] = useLocation();
  if (!mayChange(who, run)) return null;
  const path = { runId: run.id };
  const finished = run.progress.states['finished'] ?? 0;
  const rerun = (which: 'all' | 'failed') =>
    answerOf(service.POST('/runs/{runId}/rerun', { params: { path }, body: { which } }));
  const show = (made: RunDetail) => navigate(`/runs/${made.id}`);
  return (
    <>
      {run.progress.notAsExpected > 0 && (
        <Action label="Rerun what failed" act={() => rerun('failed')} onDone={show} />
      )}
      <Action label="Rerun all" act={() => rerun('all')} onDone={show} />
      {finished < run.jobCount && (
        <Action
          label="Cancel"
          kind="danger"
          question={`Cancel ${plural(run.jobCount - finished, 'job')} of this run? What is recorded is kept.`}
          act={() => answerOf(service.POST('/runs/{runId}/cancel', { params: { path } }))}
        />
      )}
    </>
  );
}

function Summary({ run }: { run: RunDetail }) {
  const { spec, progress } = run;
  const finished = progress.states['finished'] ?? 0;
  return (
    <div className={styles['summary']}>
      <div className={styles['progress']}>
        <OutcomeBar progress={progress} jobs={run.jobCount} />
        <div className={styles['counts']}>
          <OutcomeCounts progress={progress} />
          <span>
            {finished === run.jobCount
              ? `all ${formatCount(run.jobCount)} finished`
              : `${formatCount(finished)} of ${formatCount(run.jobCount)} finished`}
          </span>
          {finished > 0 && <NotAsExpected count={progress.notAsExpected} />}
        </div>
      </div>
      <Facts
        facts={[
          ['Submitted', <Time key="t" at={run.createdAt} />],
          ['Owner', run.owner],
          ['Driver', spec.driver === 'qemu' ? 'virtual machines' : 'simulated'],
          ['Seeds', describeSeeds(spec.seeds)],
          ['Repeats', spec.repeats === 1 ? null : spec.repeats],
          ['Labels', run.labels.length === 0 ? null : <Tags key="l" tags={run.labels} />],
          ['Cancelled', run.cancelledAt === null ? null : <Time key="c" at={run.cancelledAt} />],
          [
            'Made from',
            run.fromRunId === null ? null : (
              <Link key="f" href={`/runs/${run.id}?compare=${run.fromRunId}`}>
                an earlier run: compare
              </Link>
            ),
          ],
        ]}
      />
    </div>
  );
}

function MatrixPanel({ run }: { run: RunDetail }) {
  const [{ compare }, setFilter] = useFilters(names);
  const cells = useQuery(runCellsQuery(run.id));
  const others = useQuery({ ...runCellsQuery(compare ?? ''), enabled: compare !== undefined });
  return (
    <Panel
      title="Scenario × kernel"
      aside={
        <CompareChoice
          runId={run.id}
          value={compare ?? ''}
          onValue={(value) => setFilter('compare', value)}
        />
      }
      flush
    >
      {compare !== undefined && others.error !== null && (
        <Loaded query={others}>{() => null}</Loaded>
      )}
      <Loaded query={cells}>
        {({ items }) => <RunMatrix run={run} cells={items} others={others.data?.items ?? null} />}
      </Loaded>
    </Panel>
  );
}

function Unexpected({ run }: { run: RunDetail }) {
  const query = useQuery(jobListQuery({ runId: run.id, asExpected: 'false' }));
  return (
    <Panel
      title="Not as expected"
      aside={<Link href={`/jobs?runId=${run.id}&asExpected=false`}>All of them</Link>}
      flush
    >
      <Loaded query={query}>{({ items }) => <JobTable jobs={items.slice(0, 20)} inRun />}</Loaded>
    </Panel>
  );
}
