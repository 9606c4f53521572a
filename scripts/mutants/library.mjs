import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseScenario } from '@fenceline/contracts';

const folder = path.join(import.meta.dirname, '..', '..', 'scenarios', 'ccr');

/** Names of the scenarios of the reference pair, in order. */
export function scenarioNames() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => path.basename(name, '.yaml'))
    .sort();
}

/**
 * The text of a scenario, its hosts and nodes made mutants.
 *
 * @param mutants `{ host, node }`: the name of a mutant, or null for the correct one
 */
export function scenarioText(name, { host, node }) {
  const text = readFileSync(path.join(folder, `${name}.yaml`), 'utf8');
  return withMutant(withMutant(text, 'hosts', host), 'array', node);
}

/** In the section of a file, of which every line but its first is indented, every `kind: reference` gets the mutant. */
function withMutant(text, section, mutant) {
  if (mutant === null) return text;
  return text.replace(new RegExp(`^${section}:\n(?:(?: .*)?\n)+`, 'm'), (lines) =>
    lines.replaceAll('kind: reference', `kind: reference, mutant: ${mutant}`),
  );
}

/** @throws Error where the scenario is not valid */
export function readScenario(name, text) {
  const parsed = parseScenario(text, `${name}.yaml`);
  if (!parsed.ok) throw new Error(`${name}: ${parsed.problems[0].message}`);
  return parsed.scenario;
}
