import pg from 'pg';
import { inject } from 'vitest';

/** URL of a database of the tests' server, which need not exist. */
export function urlOf(database: string): string {
  return `postgresql://fenceline@127.0.0.1:${inject('postgresPort')}/${database}`;
}

/** A name that no other spec uses. */
export function scratchName(): string {
  return `spec_${crypto.randomUUID().replaceAll('-', '')}`;
}

/** Runs statements one after the other on a connection of their own; gives the rows of the last one. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Removes a database, with whoever is connected to it. */
export async function dropDatabase(database: string): Promise<void> {
  await ask(urlOf('postgres'), `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
}
