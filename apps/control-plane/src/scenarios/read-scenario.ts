import { createHash } from 'node:crypto';
import { parseScenario, type Scenario } from '@fenceline/contracts';
import { scenarioTextLimit } from '@fenceline/contracts/api';
import { Problem } from '../http/problem.js';

export interface ReadScenario {
  /** SHA-256 of the text, hex digits. */
  hash: string;
  scenario: Scenario;
}

/**
 * Reads a scenario's text.
 *
 * @param field where in the request it stood: said before the field of each mistake
 * @throws Problem `invalid-scenario` with every mistake and its place
 */
export function readScenario(text: string, field?: string): ReadScenario {
  const bytes = Buffer.from(text);
  if (bytes.length > scenarioTextLimit) {
    throw new Problem(
      'too-large',
      `The scenario has ${bytes.length} bytes; ${scenarioTextLimit} are the most.`,
    );
  }
  const result = parseScenario(text, 'scenario');
  if (!result.ok) {
    const [first] = result.problems;
    const before = field === undefined ? '' : `${field}: `;
    throw new Problem('invalid-scenario', `${before}${first!.message}`, {
      mend: first!.mend,
      errors: result.problems.map(({ path, message, line, column }) => ({
        field: `${before}${path}`,
        message,
        line,
        column,
      })),
    });
  }
  return { hash: createHash('sha256').update(bytes).digest('hex'), scenario: result.scenario };
}
