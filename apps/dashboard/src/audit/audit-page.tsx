import { answerOf } from '@fenceline/client';
import type { AuditEntry } from '../app/api-types.js';
import { service } from '../app/service.js';
import { Filters } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { Table, type Column } from '../ui/table.js';
import { Time } from '../ui/time.js';
import { TypedField } from '../ui/typed-field.js';
import { useFilters } from '../ui/use-filters.js';
import { usePages } from '../ui/use-pages.js';

const names = ['actor', 'action'] as const;

const columns: Column<AuditEntry>[] = [
  { title: 'When', kind: 'tight', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: 'Who', kind: 'tight', isHead: true, cell: ({ actor }) => actor },
  { title: 'Did', kind: 'tight', cell: ({ action }) => action },
  { title: 'To', kind: 'dim', cell: ({ subject }) => subject !== null && <code>{subject}</code> },
  {
    title: 'By token',
    kind: 'dim',
    cell: ({ tokenId }) => tokenId !== null && <code title={tokenId}>{tokenId.slice(0, 8)}</code>,
  },
];

/** Every change that somebody made. */
export function AuditPage() {
  const [filters, setFilter] = useFilters(names);
  const pages = usePages(['audit', filters], (cursor) =>
    answerOf(
      service.GET('/audit', {
        params: { query: { ...filters, ...(cursor !== undefined && { cursor }), limit: 100 } },
      }),
    ),
  );
  return (
    <Page title="Audit">
      <Filters>
        <TypedField
          label="Who"
          value={filters.actor ?? ''}
          onValue={(value) => setFilter('actor', value)}
        />
        <TypedField
          label="Operation"
          value={filters.action ?? ''}
          placeholder="cancelJob"
          onValue={(value) => setFilter('action', value)}
        />
      </Filters>
      <Panel title="Changes" flush>
        <Paged pages={pages} empty="Nothing is as the filters say.">
          {(entries) => (
            <Table label="Changes" columns={columns} rows={entries} keyOf={({ id }) => id} />
          )}
        </Paged>
      </Panel>
    </Page>
  );
}
