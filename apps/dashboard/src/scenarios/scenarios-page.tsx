import { answerOf, type components } from '@fenceline/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { ButtonLink } from '../ui/button.js';
import { Filters } from '../ui/field.js';
import { plural } from '../ui/format.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { Empty, Loaded } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Time } from '../ui/time.js';
import { TypedField } from '../ui/typed-field.js';
import { useFilters } from '../ui/use-filters.js';
import { usePages } from '../ui/use-pages.js';
import type { ShippedScenario } from './library.js';
import { libraryQuery } from './queries.js';

type Stored = components['schemas']['ScenarioPage']['items'][number];

const names = ['text'] as const;

const shippedColumns: Column<ShippedScenario>[] = [
  {
    title: 'Scenario',
    isHead: true,
    cell: ({ path }) => (
      <Link href={`/scenarios/edit?shipped=${encodeURIComponent(path)}`}>{path}</Link>
    ),
  },
  { title: 'What it shows', kind: 'wide', cell: ({ summary }) => summary },
];

const storedColumns: Column<Stored>[] = [
  {
    title: 'Scenario',
    isHead: true,
    cell: ({ hash, name }) => <Link href={`/scenarios/${hash}`}>{name}</Link>,
  },
  { title: 'Owner', kind: 'tight', cell: ({ owner }) => owner },
  {
    title: 'Hash',
    kind: 'dim',
    cell: ({ hash }) => <code title={hash}>{hash.slice(0, 16)}…</code>,
  },
  { title: 'Stored', kind: 'tight', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

/** Scenarios that ship, and those that were submitted here. */
export function ScenariosPage() {
  const who = useWho();
  const [{ text = '' }, setFilter] = useFilters(names);
  const shipped = useQuery(libraryQuery);
  const stored = usePages(['scenarios'], (cursor) =>
    answerOf(
      service.GET('/scenarios', {
        params: { query: { limit: 50, ...(cursor !== undefined && { cursor }) } },
      }),
    ),
  );
  const isMeant = (words: string) => words.toLowerCase().includes(text.toLowerCase());
  return (
    <Page
      title="Scenarios"
      actions={
        may(who, 'submit') && (
          <ButtonLink kind="primary" href="/scenarios/edit">
            New scenario
          </ButtonLink>
        )
      }
    >
      <Filters>
        <TypedField
          label="Library contains"
          value={text}
          onValue={(value) => setFilter('text', value)}
        />
      </Filters>
      <Panel title="Submitted here" flush>
        <Paged pages={stored} empty="None yet: what is submitted is stored under its hash.">
          {(items) => (
            <Table
              label="Stored scenarios"
              columns={storedColumns}
              rows={items}
              keyOf={({ hash }) => hash}
            />
          )}
        </Paged>
      </Panel>
      <Panel
        title="Library"
        aside={shipped.data !== undefined && plural(shipped.data.length, 'scenario')}
        flush
      >
        <Loaded query={shipped}>
          {(library) => {
            const rows = library.filter(({ path, summary }) => isMeant(`${path} ${summary}`));
            return rows.length === 0 ? (
              <Empty>None has these words.</Empty>
            ) : (
              <Table
                label="Library of scenarios"
                columns={shippedColumns}
                rows={rows}
                keyOf={({ path }) => path}
              />
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}
