import type { NewRun } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { readScenario } from '../scenarios/read-scenario.js';
import { storeScenarios } from '../scenarios/store-scenarios.js';
import type { RunScenario } from './matrix.js';

/**
 * The scenarios of a run in the order given; the texts among them are stored.
 *
 * @throws Problem `invalid-scenario`, `unknown-scenario`, or `invalid-request` where one is there twice
 */
export async function readRunScenarios(
  sql: Sql,
  principal: Principal,
  given: NewRun['scenarios'],
): Promise<RunScenario[]> {
  const stored = await storedTexts(sql, principal, given);
  const texts = given.map((one) => ('text' in one ? one.text : stored.get(one.hash)!));
  const read = texts.map((text, index) => readScenario(text, `body.scenarios[${index}]`));
  const twice = read.findIndex(
    ({ hash }, index) => read.findIndex((one) => one.hash === hash) < index,
  );
  if (twice >= 0) {
    const field = `body.scenarios[${twice}]`;
    throw new Problem('invalid-request', `${field}: is there twice`, {
      mend: 'Give it once; `repeats` runs it more often.',
      errors: [{ field, message: 'is there twice' }],
    });
  }
  const added = read.flatMap(({ hash, scenario }, index) =>
    'text' in given[index]! ? [{ hash, name: scenario.name, text: texts[index]! }] : [],
  );
  await storeScenarios(sql, principal, added);
  return read;
}

/** Hash → text of those that are given by hash. */
async function storedTexts(
  sql: Sql,
  { projectId }: Principal,
  given: NewRun['scenarios'],
): Promise<Map<string, string>> {
  const hashes = given.flatMap((one) => ('hash' in one ? [one.hash] : []));
  const rows = await sql.query<{ hash: string; text: string }>(
    'SELECT hash, text FROM scenarios WHERE project_id = $1 AND hash = ANY ($2)',
    [projectId, hashes],
  );
  const stored = new Map(rows.map(({ hash, text }) => [hash, text]));
  const errors = given.flatMap((one, index) =>
    'hash' in one && !stored.has(one.hash)
      ? [{ field: `body.scenarios[${index}].hash`, message: 'is not stored here' }]
      : [],
  );
  if (errors.length > 0) {
    throw new Problem('unknown-scenario', `${errors[0]!.field}: is not stored here`, {
      mend: 'Send its text in place of its hash.',
      errors,
    });
  }
  return stored;
}
