import { Link, Route, Switch } from 'wouter';

/** Every page by its address. */
export function Pages() {
  return (
    <main>
      <Switch>
        <Route path="/">
          <h1>Overview</h1>
          <Link href="/runs">Runs</Link>
        </Route>
        <Route path="/jobs/:jobId">{({ jobId }) => <h1>Job {jobId}</h1>}</Route>
        <Route>
          <h1>There is no such page</h1>
        </Route>
      </Switch>
    </main>
  );
}
