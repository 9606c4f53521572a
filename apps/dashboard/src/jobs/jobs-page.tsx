import { ruleNames } from './rule-names.js';
import { answerOf } from '@fenceline/client';
import { service } from '../app/service.js';
import { Filters, SelectField, TextField } from '../ui/field.js';
import { outcomeLooks, outcomeNames, stateLooks } from '../ui/outcome.js';
import { Page } from '../ui/page.js';
import { Paged } from '../ui/paged.js';
import { Panel } from '../ui/panel.js';
import { TypedField } from '../ui/typed-field.js';
import { useFilters } from '../ui/use-filters.js';
import { usePages } from '../ui/use-pages.js';
import { jobFilterNames, queryOfFilters } from './filters.js';
import { JobTable } from './job-table.js';

const any = { value: '', text: 'any' };
const outcomeOptions = [
  any,
  ...outcomeNames.map((value) => ({ value, text: outcomeLooks[value].word })),
];
const stateOptions = [
  any,
  ...Object.entries(stateLooks).map(([value, { word }]) => ({ value, text: word })),
];
const ruleOptions = [any, ...ruleNames.map((value) => ({ value, text: value }))];
const expectedOptions = [
  any,
  { value: 'false', text: 'not as expected' },
  { value: 'true', text: 'as expected' },
];
const typed = [
  ['text', 'Scenario contains'],
  ['scenario', 'Scenario'],
  ['kernel', 'Kernel'],
  ['label', 'Label'],
  ['owner', 'Owner'],
  ['runId', 'Run'],
] as const;

/** Jobs, newest first, with filters that a link keeps. */
export function JobsPage() {
  const [filters, setFilter] = useFilters(jobFilterNames);
  const pages = usePages(['jobs', 'list', filters], (cursor) =>
    answerOf(
      service.GET('/jobs', {
        params: {
          query: { ...queryOfFilters(filters), ...(cursor !== undefined && { cursor }), limit: 50 },
        },
      }),
    ),
  );
  const select = (name: 'outcome' | 'state' | 'rule' | 'asExpected') => ({
    value: filters[name] ?? '',
    onChange: ({ target }: { target: HTMLSelectElement }) => setFilter(name, target.value),
  });
  return (
    <Page title="Jobs">
      <Filters>
        <SelectField label="Expectation" options={expectedOptions} {...select('asExpected')} />
        <SelectField label="Outcome" options={outcomeOptions} {...select('outcome')} />
        <SelectField label="State" options={stateOptions} {...select('state')} />
        <SelectField label="Violates" options={ruleOptions} {...select('rule')} />
        {typed.map(([name, label]) => (
          <TypedField
            key={name}
            label={label}
            value={filters[name] ?? ''}
            onValue={(value) => setFilter(name, value)}
          />
        ))}
        {(['from', 'to'] as const).map((name) => (
          <TextField
            key={name}
            label={name === 'from' ? 'From' : 'To'}
            type="date"
            value={filters[name] ?? ''}
            onChange={({ target }) => setFilter(name, target.value)}
          />
        ))}
      </Filters>
      <Panel title="Jobs" flush>
        <Paged pages={pages} empty="No job is as the filters say.">
          {(jobs) => <JobTable jobs={jobs} inRun={filters.runId !== undefined} />}
        </Paged>
      </Panel>
    </Page>
  );
}
