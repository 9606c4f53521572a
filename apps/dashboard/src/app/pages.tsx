import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { AuditPage } from '../audit/audit-page.js';
import { FindingsPage } from '../findings/findings-page.js';
import { JobPage } from '../jobs/job-page.js';
import { JobsPage } from '../jobs/jobs-page.js';
import { KernelsPage } from '../kernels/kernels-page.js';
import { OverviewPage } from '../overview/overview-page.js';
import { RunPage } from '../runs/run-page.js';
import { RunsPage } from '../runs/runs-page.js';
import { ScenarioPage } from '../scenarios/scenario-page.js';
import { ScenariosPage } from '../scenarios/scenarios-page.js';
import { TokensPage } from '../tokens/tokens-page.js';
import { Loading } from '../ui/states.js';
import { WorkerPage } from '../workers/worker-page.js';
import { WorkersPage } from '../workers/workers-page.js';
import { NotFoundPage } from './not-found-page.js';

/** The editor is larger than all the rest: it comes when somebody asks for it. */
const EditorPage = lazy(() => import('../scenarios/editor-page.js'));

/** Every page by its address. */
export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/" component={OverviewPage} />
        <Route path="/runs" component={RunsPage} />
        <Route path="/runs/:runId">{({ runId }) => <RunPage key={runId} runId={runId} />}</Route>
        <Route path="/jobs" component={JobsPage} />
        <Route path="/jobs/:jobId">{({ jobId }) => <JobPage key={jobId} jobId={jobId} />}</Route>
        <Route path="/findings" component={FindingsPage} />
        <Route path="/scenarios" component={ScenariosPage} />
        <Route path="/scenarios/edit" component={EditorPage} />
        <Route path="/scenarios/:hash">
          {({ hash }) => <ScenarioPage key={hash} hash={hash} />}
        </Route>
        <Route path="/workers" component={WorkersPage} />
        <Route path="/workers/:workerId">
          {({ workerId }) => <WorkerPage key={workerId} workerId={workerId} />}
        </Route>
        <Route path="/kernels" component={KernelsPage} />
        <Route path="/tokens" component={TokensPage} />
        <Route path="/audit" component={AuditPage} />
        <Route component={NotFoundPage} />
      </Switch>
    </Suspense>
  );
}
