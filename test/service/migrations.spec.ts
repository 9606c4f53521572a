import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openPrismaProject,
  runPrisma,
  type PrismaProject,
} from '../support/service/prisma-project.js';
import { ask, dropDatabase, scratchName, urlOf } from '../support/service/scratch-database.js';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'prisma/migrations');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const schema = path.join(root, 'prisma/schema.prisma');

/** Rows of each table; what Prisma keeps for itself is left out. */
async function rowCounts(url: string): Promise<Record<string, number>> {
  const tables = await ask<{ name: string }>(
    url,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await ask<{ rows: number }>(url, `SELECT count(*)::int AS rows FROM "${name}"`);
    counts[name] = row!.rows;
  }
  return counts;
}

describe('the migrations', () => {
  let project: PrismaProject;
  let database: string;
  let url: string;

  beforeEach(async () => {
    project = await openPrismaProject();
    await project.schema('');
    database = scratchName();
    url = urlOf(database);
  });

  afterEach(async () => {
    await dropDatabase(database);
    await project.remove();
  });

  async function deploy(upTo: number, from = 0): Promise<void> {
    for (const name of names.slice(from, upTo)) {
      await project.migration(
        name,
        await readFile(path.join(folder, name, 'migration.sql'), 'utf8'),
      );
    }
    const { code, output } = await project.run(['migrate', 'deploy'], url);
    expect(code, output).toBe(0);
  }

  // Each version is filled by its own fixture, so that a new migration meets rows that the version before it wrote.
  it.each([
    { version: 'nothing', count: 0 },
    ...names.map((name, at) => ({ version: name, count: at + 1 })),
  ])(
    'run forward from $version to what the schema says, and keep every row',
    async ({ version, count }) => {
      await deploy(count);
      let before: Record<string, number> = {};
      if (count > 0) {
        const fixture = path.join(import.meta.dirname, 'fixtures', `${version}.sql`);
        await ask(url, await readFile(fixture, 'utf8'));
        before = await rowCounts(url);
        const empty = Object.keys(before).filter((table) => before[table] === 0);
        expect(empty, 'tables that the fixture leaves empty').toEqual([]);
      }
      await deploy(names.length, count);
      const diff = ['migrate', 'diff', '--from-config-datasource', '--to-schema', schema];
      const { code, output } = await runPrisma([...diff, '--exit-code'], { DATABASE_URL: url });
      expect(code, output).toBe(0);
      expect(await rowCounts(url)).toMatchObject(before);
    },
    180_000,
  );
});

describe('the database', () => {
  let database: string;

  beforeEach(async () => {
    database = scratchName();
    await ask(urlOf('postgres'), `CREATE DATABASE ${database} TEMPLATE template`);
  });

  afterEach(() => dropDatabase(database));

  it('has an index for every foreign key', async () => {
    const bare = await ask(
      urlOf(database),
      `SELECT conrelid::regclass || ': ' || conname AS key FROM pg_constraint c
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
          AND NOT EXISTS (
            SELECT FROM pg_index i
             WHERE i.indrelid = c.conrelid AND i.indpred IS NULL AND i.indisvalid
               AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)`,
    );
    expect(bare).toEqual([]);
  });

  it('checks every constraint on the rows that are there, and has a key in every table', async () => {
    const unchecked = await ask(
      urlOf(database),
      `SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND NOT convalidated`,
    );
    expect(unchecked).toEqual([]);
    const keyless = await ask(
      urlOf(database),
      `SELECT relname FROM pg_class t WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
    );
    expect(keyless).toEqual([]);
  });

  it('forbids a second outcome of a job, and a second live attempt', async () => {
    const url = urlOf(database);
    const fixture = path.join(import.meta.dirname, 'fixtures', `${names.at(-1)!}.sql`);
    await ask(url, await readFile(fixture, 'utf8'));
    await expect(
      ask(
        url,
        `INSERT INTO job_outcomes (job_id, project_id, owner, outcome, as_expected, exit_code, summary)
         SELECT job_id, project_id, owner, 'cancelled', false, 3, 'again' FROM job_outcomes`,
      ),
    ).rejects.toThrow('job_outcomes_pkey');
    const attempt = (number: number) =>
      `INSERT INTO attempts (project_id, owner, job_id, number, worker_id)
       SELECT project_id, owner, job_id, ${number}, worker_id FROM attempts WHERE number = 1`;
    await expect(ask(url, attempt(2), attempt(3))).rejects.toThrow('attempts_one_live_per_job');
  });
});
