import { answerOf } from '@fenceline/client';
import { service } from '../app/service.js';
import { may } from '../session/may.js';
import { useWho } from '../session/session.js';
import { ButtonLink } from '../ui/button.js';
import { endOfDay, startOfDay } from '../ui/days.js';
import { Filters, TextField } from '../ui/field.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { TypedField } from '../ui/typed-field.js';
import { useFilters } from '../ui/use-filters.js';
import { usePages } from '../ui/use-pages.js';
import { RunTable } from './run-table.js';

const names = ['text', 'label', 'owner', 'from', 'to'] as const;

/** Runs, newest first. */
export function RunsPage() {
  const who = useWho();
  const [filters, setFilter] = useFilters(names);
  const pages = usePages(['runs', filters], (cursor) => {
    const { from, to, ...rest } = filters;
    const query = {
      ...rest,
      ...(from !== undefined && { from: startOfDay(from) }),
      ...(to !== undefined && { to: endOfDay(to) }),
      ...(cursor !== undefined && { cursor }),
      limit: 30,
    };
    return answerOf(service.GET('/runs', { params: { query } }));
  });
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Page
      title="Runs"
      actions={
        may(who, 'submit') && (
          <ButtonLink kind="primary" href="/scenarios/edit">
            New run
          </ButtonLink>
        )
      }
    >
      <Filters>
        <TypedField
          label="Name contains"
          value={filters.text ?? ''}
          onValue={(value) => setFilter('text', value)}
        />
        <TypedField
          label="Label"
          value={filters.label ?? ''}
          onValue={(value) => setFilter('label', value)}
        />
        <TypedField
          label="Owner"
          value={filters.owner ?? ''}
          onValue={(value) => setFilter('owner', value)}
        />
        <TextField
          label="From"
          type="date"
          value={filters.from ?? ''}
          onChange={({ target }) => setFilter('from', target.value)}
        />
        <TextField
          label="To"
          type="date"
          value={filters.to ?? ''}
          onChange={({ target }) => setFilter('to', target.value)}
        />
      </Filters>
      <Panel title="Runs" flush>
        <Paged
          pages={pages}
          empty={
            isFiltered
              ? 'No run is as the filters say.'
              : 'Nothing was submitted yet. A run is scenarios × kernels × seeds: begin with a scenario of the library.'
          }
        >
          {(runs) => <RunTable runs={runs} />}
        </Paged>
      </Panel>
    </Page>
  );
}
