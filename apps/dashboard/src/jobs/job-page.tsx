import { answerOf } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import type { JobDetail } from '../app/api-types.js';
import { service } from '../app/service.js';
import { mayChange } from '../session/may.js';
import { useWho } from '../session/session.js';
import { Action } from '../ui/action.js';
import { Facts } from '../ui/facts.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Loaded } from '../ui/states.js';
import { Tags } from '../ui/tags.js';
import { Time } from '../ui/time.js';
import { Attempts } from './attempts.js';
import { Files } from './files.js';
import { Findings } from './findings.js';
import { JobPriority } from './job-priority.js';
import { LiveLab } from './live-lab.js';
import { Margins } from './margins.js';
import { judgementQuery, jobQuery } from './queries.js';
import { Report } from './report.js';
import { Reproduce } from './reproduce-panel.js';
import { Rules } from './rules.js';
import { JobTimeline } from './job-timeline.js';
import { VerdictLine } from './verdict-line.js';

/** One job: what came out, why, and how to do it again. */
export function JobPage({ jobId }: { jobId: string }) {
  const who = useWho();
  const query = useQuery(jobQuery(jobId));
  if (query.data === undefined) {
    return (
      <Page title="Job" above={<Link href="/jobs">Jobs</Link>}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  const job = query.data;
  return (
    <Page
      title={`${job.scenario.name}, seed ${job.seed}`}
      above={
        <>
          <Link href="/runs">Runs</Link> /{' '}
          <Link href={`/runs/${job.runId}`}>the run of this job</Link>
        </>
      }
      actions={<JobActions job={job} />}
    >
      <VerdictLine job={job} />
      <JobFacts job={job} />
      {job.state === 'queued' && mayChange(who, job) && <JobPriority job={job} />}
      {job.state !== 'finished' && <LiveLab job={job} />}
      <Judged job={job} />
      <Panel title="Attempts" flush>
        <Attempts attempts={job.attempts} />
      </Panel>
      <Report artifacts={job.artifacts} />
    </Page>
  );
}

/** What the judgement that decided has to say. */
function Judged({ job }: { job: JobDetail }) {
  const judgementId = job.outcome?.judgementId ?? '';
  const judgement = useQuery({ ...judgementQuery(judgementId), enabled: judgementId !== '' });
  return (
    <>
      <JobTimeline job={job} />
      {judgementId !== '' && (
        <Loaded query={judgement}>{({ document }) => <Findings verdict={document} />}</Loaded>
      )}
      {judgement.data !== undefined && <Margins verdict={judgement.data.document} />}
      <Reproduce job={job} />
      <Files artifacts={job.artifacts} />
      {judgement.data !== undefined && <Rules verdict={judgement.data.document} />}
    </>
  );
}

function JobActions({ job }: { job: JobDetail }) {
  const who = useWho();
  const [, navigate] = useLocation();
  if (!mayChange(who, job)) return null;
  const path = { jobId: job.id };
  return (
    <>
      <Action
        label="Rerun"
        act={() => answerOf(service.POST('/jobs/{jobId}/rerun', { params: { path } }))}
        onDone={(run) => navigate(`/runs/${run.id}`)}
      />
      {(job.state === 'queued' || job.state === 'active') && (
        <Action
          label="Cancel"
          kind="danger"
          question="Cancel this job? Its virtual machines are stopped, and what is recorded is kept."
          act={() => answerOf(service.POST('/jobs/{jobId}/cancel', { params: { path } }))}
        />
      )}
    </>
  );
}

function JobFacts({ job }: { job: JobDetail }) {
  return (
    <Facts
      facts={[
        [
          'Scenario',
          <Link key="s" href={`/scenarios/${job.scenario.hash}`}>
            {job.scenario.name}
          </Link>,
        ],
        ['Kernel', job.kernel ?? 'as the scenario says'],
        ['Seed', job.seed],
        ['Repeat', job.repeat === 0 ? null : job.repeat],
        ['Driver', job.driver === 'qemu' ? 'virtual machines' : 'simulated'],
        ['Owner', job.owner],
        ['Priority', job.priority === 0 ? null : job.priority],
        ['Labels', job.labels.length === 0 ? null : <Tags key="l" tags={job.labels} />],
        ['Submitted', <Time key="c" at={job.createdAt} />],
        ['Finished', job.finishedAt === null ? null : <Time key="f" at={job.finishedAt} />],
      ]}
    />
  );
}
