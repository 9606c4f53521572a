/**
 * What the service does in a second: jobs from their submission over claim and every state to their outcome, over HTTP,
 * against the same number of commits by raw pg on the same Postgres, which syncs every commit to disk in both.
 *
 *   npm run bench:service                        (builds first)
 *   npm run bench:service -- --jobs 500 --rows 20000
 *
 * Prints jobs a second, commits a job and the ratio; how long a matrix of 1,000 jobs takes to submit; list pages where
 * there are 200,000 jobs; and the time from a cause to its event at a subscriber. Exits 1 below the wanted ratio.
 */
import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { loadAverage } from './measure-process.mjs';
import { median } from './median.mjs';
import { openService } from './service/open-service.mjs';
import { runJobs } from './service/run-jobs.mjs';

const WANTED = 0.15;
const MATRIX = 1_000;
const PAGES = 50;
const CAUSES = 300;
const CLIENTS = 10;

const argument = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const jobs = argument('--jobs', 2_000);
const rows = argument('--rows', 200_000);

const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-bench-'));
await chmod(folder, 0o755);
const service = await openService(folder);
try {
  console.log(`load average ${loadAverage()}`);
  await measureJobs();
  await measureEvents();
  await measureMatrix();
  await measurePages();
} finally {
  await service.close();
  await rm(folder, { recursive: true, force: true });
}

/** Transactions that have written: only those have a number, and sync to disk. */
async function commits() {
  const { rows: found } = await service.pool.query('SELECT pg_current_xact_id()::text AS number');
  return Number(found[0].number);
}

async function measureJobs() {
  await runJobs(service, Math.min(200, jobs));
  const before = await commits();
  const cpu = service.cpu();
  const begin = performance.now();
  await runJobs(service, jobs);
  const seconds = (performance.now() - begin) / 1000;
  const spent = cpuSince(cpu);
  const each = ((await commits()) - before) / jobs;
  const raw = await commitRaw(Math.round(each * jobs));
  const ratio = (each * jobs) / seconds / raw;
  console.log(
    `${jobs} jobs: ${(jobs / seconds).toFixed(0)} a second, ${each.toFixed(1)} commits each`,
  );
  console.log(`processor time each, ms: ${spent}`);
  console.log(`raw pg: ${raw.toFixed(0)} commits a second; ratio ${ratio.toFixed(2)}`);
  if (ratio < WANTED) {
    console.error(`the ratio is below ${WANTED}`);
    process.exitCode = 1;
  }
}

/** What each part has spent of the processors, ms a job. */
function cpuSince(before) {
  return Object.entries(service.cpu())
    .map(([part, now]) => `${part} ${(((now - before[part]) * 1000) / jobs).toFixed(1)}`)
    .join(', ');
}

/** Commits a second of so many transactions, each of one row, on as many connections as the control plane has. */
async function commitRaw(count) {
  await service.pool.query('CREATE TABLE raw (id bigserial PRIMARY KEY, data jsonb)');
  let left = count;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const client = new pg.Client({ connectionString: service.databaseUrl });
      await client.connect();
      while (left-- > 0) {
        await client.query('BEGIN');
        await client.query('INSERT INTO raw (data) VALUES ($1)', [{ state: 'running' }]);
        await client.query('COMMIT');
      }
      await client.end();
    }),
  );
  return count / ((performance.now() - begin) / 1000);
}

/** A change of a job's priority is the cause: one request, one event. */
async function measureEvents() {
  const { runId } = await service.submit(1);
  const { items } = await service.ask('GET', `/jobs?runId=${runId}`);
  const seenAt = new Map();
  const { last } = await service.lastEvent();
  const subscription = service.subscribe(last, ({ type, data }, at) => {
    if (type === 'job.priority') seenAt.set(data.priority, at);
  });
  await subscription.opened;
  const delays = [];
  for (let turn = 0; turn < CAUSES; turn += 1) {
    const priority = (turn % 100) + 1;
    seenAt.delete(priority);
    const begin = performance.now();
    await service.ask('PUT', `/jobs/${items[0].id}/priority`, { priority });
    while (!seenAt.has(priority)) await new Promise((resolve) => globalThis.setImmediate(resolve));
    delays.push(seenAt.get(priority) - begin);
  }
  await subscription.close();
  delays.sort((a, b) => a - b);
  const late = delays[Math.floor(delays.length * 0.99)];
  console.log(`cause → event: median ${median(delays).toFixed(1)} ms, 99 % ${late.toFixed(1)} ms`);
}

async function measureMatrix() {
  const begin = performance.now();
  await service.submit(MATRIX);
  console.log(`a matrix of ${MATRIX} jobs: ${(performance.now() - begin).toFixed(0)} ms`);
}

async function measurePages() {
  // One statement a run, as the service itself would insert them.
  for (let left = rows; left > 0; left -= 10_000) await service.submit(Math.min(left, 10_000));
  await service.pool.query('ANALYZE');
  const lists = {
    all: '',
    queued: '&state=queued',
    'by text': '&text=stuck',
    'by label': '&label=bench',
  };
  for (const [name, filter] of Object.entries(lists)) {
    const times = [];
    let cursor = '';
    for (let page = 0; page < PAGES; page += 1) {
      const begin = performance.now();
      const { next } = await service.ask('GET', `/jobs?limit=50${filter}${cursor}`);
      times.push(performance.now() - begin);
      cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    }
    console.log(`a page of 50 of ${rows} jobs, ${name}: median ${median(times).toFixed(1)} ms`);
  }
}
