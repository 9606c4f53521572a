import { buildInputSchema } from './schema-guide.js';

/**
 * The JSON Schema (draft 7, which editors' YAML support reads) of a scenario file, with a description of
 * every field. It knows what one field may hold; what several must be together is checked by
 * `parseScenario` alone.
 */
export function scenarioJsonSchema(): Record<string, unknown> {
  return { title: 'Fenceline scenario, version 1', ...buildInputSchema() };
}
