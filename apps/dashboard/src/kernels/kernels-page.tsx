import { answerOf } from '@fenceline/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Kernel, KernelFetch } from '../app/api-types.js';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { Action } from '../ui/action.js';
import { Filters, TextField } from '../ui/field.js';
import { MarkLabel } from '../ui/mark.js';
import type { Look } from '../ui/outcome.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { Loaded } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Tags } from '../ui/tags.js';
import { Time } from '../ui/time.js';
import { usePages } from '../ui/use-pages.js';

const columns: Column<Kernel>[] = [
  { title: 'Kernel', kind: 'tight', isHead: true, cell: ({ name }) => name },
  { title: 'Version', cell: ({ version }) => version },
  {
    title: 'Can',
    cell: ({ capabilities }) => (capabilities.length === 0 ? '–' : <Tags tags={capabilities} />),
  },
  { title: 'From', cell: ({ source }) => source },
  {
    title: 'SHA-256',
    kind: 'dim',
    cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 16)}…</code>,
  },
  { title: 'Registered', kind: 'tight', cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    title: 'Retired',
    kind: 'tight',
    cell: ({ retiredAt }) => (retiredAt === null ? '–' : <Time at={retiredAt} />),
  },
  { title: 'Actions', kind: 'tight', cell: (kernel) => <Retire kernel={kernel} /> },
];

/** Kernels that jobs may pin. */
export function KernelsPage() {
  const who = useWho();
  const pages = usePages(['kernels', 'list'], (cursor) =>
    answerOf(
      service.GET('/kernels', {
        params: { query: { retired: 'true', ...(cursor !== undefined && { cursor }) } },
      }),
    ),
  );
  const mayChange = may(who, 'kernels');
  return (
    <Page title="Kernels">
      {mayChange && <FetchKernel />}
      <Fetches />
      <Panel title="Registered kernels" flush>
        <Paged
          pages={pages}
          empty="No kernel is registered: virtual machines need one, simulated labs do not."
        >
          {(kernels) => (
            <Table
              label="Kernels"
              columns={mayChange ? columns : columns.slice(0, -1)}
              rows={kernels}
              keyOf={({ id }) => id}
            />
          )}
        </Paged>
      </Panel>
    </Page>
  );
}

function Retire({ kernel }: { kernel: Kernel }) {
  const queries = useQueryClient();
  if (kernel.retiredAt !== null) return null;
  return (
    <Action
      small
      kind="danger"
      label="Retire"
      question={`Give ${kernel.name} (${kernel.version}) to no new job? Those that pinned it keep it.`}
      act={() =>
        answerOf(
          service.POST('/kernels/{kernelId}/retire', { params: { path: { kernelId: kernel.id } } }),
        )
      }
      onDone={() => void queries.invalidateQueries({ queryKey: ['kernels'] })}
    />
  );
}

function FetchKernel() {
  const queries = useQueryClient();
  const [series, setSeries] = useState('');
  return (
    <Panel title="Fetch from Debian" aside="the control plane fetches and registers it">
      <Filters>
        <TextField
          label="Kernel series"
          placeholder="debian:6.1"
          value={series}
          onChange={({ target }) => setSeries(target.value)}
        />
        <Action
          label="Fetch"
          act={() => answerOf(service.POST('/kernels/debian', { body: { name: series.trim() } }))}
          onDone={() => {
            setSeries('');
            void queries.invalidateQueries({ queryKey: ['kernels'] });
          }}
        />
      </Filters>
    </Panel>
  );
}

const fetchLooks: Readonly<Record<KernelFetch['state'], Look>> = {
  waiting: { shape: 'ring', tone: 'idle', word: 'waiting' },
  running: { shape: 'half', tone: 'busy', word: 'running' },
  done: { shape: 'circle', tone: 'pass', word: 'done' },
  failed: { shape: 'square', tone: 'error', word: 'failed' },
};

const fetchColumns: Column<KernelFetch>[] = [
  { title: 'Kernel', kind: 'tight', isHead: true, cell: ({ name }) => name },
  { title: 'State', kind: 'tight', cell: ({ state }) => <MarkLabel look={fetchLooks[state]} /> },
  { title: 'Message', kind: 'wide', cell: ({ message }) => message },
  {
    title: 'When',
    kind: 'tight',
    cell: ({ endedAt, createdAt }) => <Time at={endedAt ?? createdAt} />,
  },
];

/** Fetches that are under way, or failed of late. */
function Fetches() {
  const query = useQuery({
    queryKey: ['kernels', 'fetches'],
    queryFn: () => answerOf(service.GET('/kernel-fetches', { params: { query: { limit: 10 } } })),
    // What a fetch does meanwhile sends no event.
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ state }) => state === 'waiting' || state === 'running') === true
        ? 2000
        : false,
  });
  if (query.data?.items.every(({ state }) => state === 'done') === true) return null;
  return (
    <Panel title="Being fetched" flush>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label="Fetches"
            columns={fetchColumns}
            rows={items.filter(({ state }) => state !== 'done')}
            keyOf={({ id }) => id}
          />
        )}
      </Loaded>
    </Panel>
  );
}
