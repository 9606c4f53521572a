import { answerOf } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Worker } from '../app/api-types.js';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { Action } from '../ui/action.js';
import { CopyLine } from '../ui/copy-line.js';
import { formatBytes } from '../ui/format.js';
import { MarkLabel } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Empty, Loaded } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Tags } from '../ui/tags.js';
import { Time } from '../ui/time.js';
import { lookOfWorker } from './look.js';
import { workersQuery } from './queries.js';
import { Slots } from './slots.js';
import { WorkerActions } from './worker-actions.js';

const mib = 1024 ** 2;

const columns: Column<Worker>[] = [
  {
    title: 'Worker',
    isHead: true,
    cell: (worker) => <Link href={`/workers/${worker.id}`}>{worker.name}</Link>,
  },
  { title: 'State', kind: 'tight', cell: (worker) => <MarkLabel look={lookOfWorker(worker)} /> },
  { title: 'Labs', kind: 'tight', cell: (worker) => <Slots worker={worker} /> },
  {
    title: 'Memory',
    kind: 'number',
    cell: ({ busy, capacity }) =>
      `${formatBytes(busy.memoryMib * mib)} of ${formatBytes(capacity.memoryMib * mib)}`,
  },
  {
    title: 'Cores',
    kind: 'number',
    cell: ({ busy, capacity }) => `${busy.cores} of ${capacity.cores}`,
  },
  {
    title: 'Accelerator',
    kind: 'tight',
    cell: ({ capacity }) => capacity.accelerator ?? 'simulated labs only',
  },
  { title: 'Labels', cell: ({ capacity }) => <Tags tags={capacity.labels} /> },
  { title: 'Version', kind: 'tight', cell: ({ capacity }) => capacity.version },
  {
    title: 'Heard of',
    kind: 'tight',
    cell: ({ lastSeenAt }) => (lastSeenAt === null ? 'never' : <Time at={lastSeenAt} />),
  },
  { title: 'Actions', kind: 'tight', cell: (worker) => <WorkerActions worker={worker} /> },
];

export function WorkersPage() {
  const who = useWho();
  const query = useQuery(workersQuery);
  const mayAct = may(who, 'operate') || may(who, 'admin');
  return (
    <Page title="Workers">
      {may(who, 'admin') && <Enrol />}
      <Panel title="Workers" flush>
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>No worker is enrolled: nothing that is submitted can run.</Empty>
            ) : (
              <Table
                label="Workers"
                columns={mayAct ? columns : columns.slice(0, -1)}
                rows={items}
                keyOf={({ id }) => id}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

/** Makes a join token, whose secret is shown once. */
function Enrol() {
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Panel title="Enrol a worker" aside="docs/worker.md says how it is started">
      {secret === null ? (
        <Action
          label="Make a join token"
          act={() => answerOf(service.POST('/join-tokens', { body: { expiresInHours: 24 } }))}
          onDone={(made) => setSecret(made.secret)}
        />
      ) : (
        <>
          <p>It works once, within 24 hours, and is shown only now:</p>
          <CopyLine label="Join token" text={secret} />
        </>
      )}
    </Panel>
  );
}
