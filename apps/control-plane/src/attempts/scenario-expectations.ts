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
  private readonly byHash = new Map<string, Expecting>();

  /** @throws Error where the stored text is no scenario any more: this version of Fenceline cannot read it */
  async of(sql: Sql, projectId: string, hash: string): Promise<Expecting> {
    const known = this.byHash.get(hash) ?? (await read(sql, projectId, hash));
    // The one used last is the last to go.
    this.byHash.delete(hash);
    this.byHash.set(hash, known);
    if (this.byHash.size > limit) this.byHash.delete(this.byHash.keys().next().value!);
    return known;
  }
}

async function read(sql: Sql, projectId: string, hash: string): Promise<Expecting> {
  const [row] = await sql.query<{ text: string }>(
    'SELECT text FROM scenarios WHERE project_id = $1 AND hash = $2',
    [projectId, hash],
  );
  const parsed = parseScenario(row!.text, 'scenario');
  if (!parsed.ok) {
    throw new Error(`The stored scenario ${hash} is not valid: ${parsed.problems[0]!.message}`);
  }
  const { expect, control } = parsed.scenario;
  return { expect, control };
}
