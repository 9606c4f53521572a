import type { Sql } from '../database/sql.js';
import type { Principal } from '../access/principal.js';

/** Stores scenarios in one statement; those that are there stay as they are. Gives back the hashes of the new ones. */
export async function storeScenarios(
  sql: Sql,
  { projectId, owner }: Principal,
  scenarios: readonly { hash: string; name: string; text: string }[],
): Promise<string[]> {
  if (scenarios.length === 0) return [];
  const rows = await sql.query<{ hash: string }>(
    `INSERT INTO scenarios (project_id, owner, hash, name, text)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[])
     ON CONFLICT DO NOTHING RETURNING hash`,
    [
      projectId,
      owner,
      scenarios.map(({ hash }) => hash),
      scenarios.map(({ name }) => name),
      scenarios.map(({ text }) => text),
    ],
  );
  return rows.map(({ hash }) => hash);
}
