import type { JobFilter } from '@fenceline/contracts/api';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobListQuery } from '../../apps/control-plane/src/jobs/list-query.js';
import { explain } from '../support/service/explain.js';
import { fillWithJobs, manyJobs } from '../support/service/many-jobs.js';
import { ask, dropDatabase, scratchName, urlOf } from '../support/service/scratch-database.js';

const limit = 51;

/**
 * Pages of 8 KiB that a list of 50 jobs may touch: for each row a few in `jobs` (1 page and 3 or 4 of an index) and in
 * `job_outcomes` (the same), and the way down in the index that leads.
 */
const bound = 10 * limit;

/** Where one filter leads and others are checked row by row, those that do not fit are read too. */
const boundOfSeveral = 50 * limit;

const { projectId, otherProjectId, runId } = manyJobs;
const early = new Date('2026-01-03T00:00:00Z');

const filters: { what: string; filter: JobFilter; finds?: number; most?: number }[] = [
  { what: 'all', filter: {} },
  { what: 'a run', filter: { runId } },
  {
    what: 'a run and an outcome',
    filter: { runId, outcome: 'timeout' },
    finds: 2,
    most: boundOfSeveral,
  },
  { what: 'a state', filter: { state: 'queued' } },
  { what: 'a state of none', filter: { state: 'cancelling' }, finds: 0 },
  { what: 'an outcome', filter: { outcome: 'error' } },
  { what: 'a rare outcome', filter: { outcome: 'skipped' }, finds: 5 },
  { what: 'an outcome of none', filter: { outcome: 'pass' }, finds: 0 },
  { what: 'not as expected', filter: { asExpected: false } },
  { what: 'as expected, which is rare', filter: { asExpected: true }, finds: 5 },
  { what: 'a rule', filter: { rule: 'no-early-retry' } },
  { what: 'a rare rule', filter: { rule: 'kernel-clean' }, finds: 5 },
  { what: 'a kernel', filter: { kernel: 'debian:6.1' } },
  { what: 'a rare kernel', filter: { kernel: 'mine:rare' }, finds: 5 },
  { what: 'a scenario', filter: { scenario: 'scenario-7' } },
  { what: 'a rare scenario', filter: { scenario: 'scenario-40' }, finds: 5 },
  { what: 'a label', filter: { label: 'team-3' } },
  { what: 'a rare label', filter: { label: 'rare' }, finds: 5 },
  { what: 'an owner', filter: { owner: 'owner-7' } },
  { what: 'a rare owner', filter: { owner: 'owner-rare' }, finds: 5 },
  { what: 'an owner of none', filter: { owner: 'nobody' }, finds: 0 },
  { what: 'a time long ago', filter: { to: early.toISOString() } },
  { what: 'a time to come', filter: { from: '2027-01-01T00:00:00Z' }, finds: 0 },
  { what: 'a part of a name', filter: { text: 'RIO-3' } },
  { what: 'a part of a rare name', filter: { text: 'ario-40' }, finds: 5 },
  { what: 'a part of no name', filter: { text: 'nothing' }, finds: 0 },
  {
    what: 'a label and an outcome',
    filter: { label: 'night', outcome: 'timeout' },
    most: boundOfSeveral,
  },
];

describe('a list of 200,000 jobs', () => {
  const database = scratchName();
  let client: pg.Client;

  beforeAll(async () => {
    await ask(urlOf('postgres'), `CREATE DATABASE ${database} TEMPLATE template`);
    await fillWithJobs(urlOf(database));
    client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
  }, 120_000);

  afterAll(async () => {
    await client.end();
    await dropDatabase(database);
  });

  const cases = filters.flatMap(({ what, filter, finds, most = bound }) => [
    { what, page: 'first', filter, finds: finds ?? limit, most, after: null },
    {
      what,
      page: 'later',
      filter,
      finds: undefined,
      most,
      after: { createdAt: early, key: '40000000-0000-4000-8000-000000000000' },
    },
  ]);

  it.each(cases)(
    'by $what is read from an index, the $page page',
    async ({ filter, finds, most, after }) => {
      const query = jobListQuery({ projectId, filter, after, limit });
      const { sequentialScans, buffers, rows, plan } = await explain(client, query);
      expect(sequentialScans.filter(isLarge), plan).toEqual([]);
      expect(buffers, plan).toBeLessThan(most);
      if (finds !== undefined) expect(rows, plan).toBe(finds);
    },
  );

  it('is read from an index in a small project beside a large one', async () => {
    const query = jobListQuery({ projectId: otherProjectId, filter: {}, after: null, limit });
    const { sequentialScans, buffers, rows } = await explain(client, query);
    expect(sequentialScans.filter(isLarge)).toEqual([]);
    expect(buffers).toBeLessThan(bound);
    expect(rows).toBe(limit);
  });
});

/** The tables that grow with jobs; the others here have a page or two. */
function isLarge(table: string): boolean {
  return ['jobs', 'job_outcomes', 'job_marks', 'attempts', 'runs', 'events'].includes(table);
}
