import { useQuery } from '@tanstack/react-query';
import { ruleNames } from '../jobs/rule-names.js';
import { Filters, SelectField } from '../ui/field.js';
import { formatCount, plural } from '../ui/format.js';
import { Page } from '../ui/page.js';
import { Panel } from '../ui/panel.js';
import { Empty, Loaded } from '../ui/states.js';
import { TypedField } from '../ui/typed-field.js';
import { useFilters } from '../ui/use-filters.js';
import { FindingList } from './finding-list.js';
import { findingFilterNames, findingsQuery } from './queries.js';

const any = { value: '', text: 'any' };
const rules = [any, ...ruleNames.map((value) => ({ value, text: value }))];
const expectations = [
  any,
  { value: 'false', text: 'not as expected' },
  { value: 'true', text: 'as expected' },
];

/** Findings by the story that they tell. */
export function FindingsPage() {
  const [filters, setFilter] = useFilters(findingFilterNames);
  const query = useQuery(findingsQuery(filters));
  return (
    <Page title="Findings">
      <Filters>
        <SelectField
          label="Expectation"
          options={expectations}
          value={filters.asExpected ?? ''}
          onChange={({ target }) => setFilter('asExpected', target.value)}
        />
        <SelectField
          label="Rule"
          options={rules}
          value={filters.rule ?? ''}
          onChange={({ target }) => setFilter('rule', target.value)}
        />
        <TypedField
          label="Scenario"
          value={filters.scenario ?? ''}
          onValue={(value) => setFilter('scenario', value)}
        />
        <TypedField
          label="Kernel"
          value={filters.kernel ?? ''}
          onValue={(value) => setFilter('kernel', value)}
        />
      </Filters>
      <Panel
        title="By rule, scenario and order of events"
        aside={
          query.data !== undefined &&
          (query.data.more
            ? `of the newest ${formatCount(query.data.lookedAt)} violations`
            : `of ${plural(query.data.lookedAt, 'violation')}`)
        }
        flush
      >
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>No violation is as the filters say.</Empty>
            ) : (
              <FindingList groups={items} />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
