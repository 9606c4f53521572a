import { Injectable } from '@nestjs/common';
import { parseScenario, type Scenario } from '@fenceline/contracts';
import type { Sql } from '../database/sql.js';

/** The part of a scenario that an outcome depends on. */
export type Expecting = Pick<Scenario, 'expect' | 'control'>;

/** Scenarios kept. */
const limit = 200;

/** What stored scenarios expect. A text never changes under its hash, so each is parsed once while it is in use. */
@Injectable()
export class ScenarioExpectations {
  private readonly byKey = new Map<string, Expecting>();

  /** @throws Error where the stored text is no scenario any more: this version of Fenceline cannot read it */
  async of(sql: Sql, jobId: string): Promise<Expecting> {
    const [row] = await sql.query<{ key: string }>(
      `SELECT project_id || scenario_hash AS key FROM jobs WHERE id = $1`,
      [jobId],
    );
    const key = row!.key;
    const known = this.byKey.get(key) ?? (await read(sql, jobId));
    // The one used last is the last to go.
    this.byKey.delete(key);
    this.byKey.set(key, known);
    if (this.byKey.size > limit) this.byKey.delete(this.byKey.keys().next().value!);
    return known;
  }
}

async function read(sql: Sql, jobId: string): Promise<Expecting> {
  const [row] = await sql.query<{ text: string }>(
    `SELECT s.text FROM jobs j JOIN scenarios s
         ON s.project_id = j.project_id AND s.hash = j.scenario_hash
      WHERE j.id = $1`,
    [jobId],
  );
  const parsed = parseScenario(row!.text, 'scenario');
  if (!parsed.ok)
    throw new Error(`The stored scenario is not valid: ${parsed.problems[0]!.message}`);
  const { expect, control } = parsed.scenario;
  return { expect, control };
}
