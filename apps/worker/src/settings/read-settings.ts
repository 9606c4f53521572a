import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { settingsSchema, type Settings } from './settings.js';

/** The variable that names a JSON file of settings. */
const fileVariable = 'FENCELINE_SETTINGS';

/**
 * Reads the settings from the environment, and from the JSON file that `FENCELINE_SETTINGS` names; where both have one,
 * the environment's counts.
 *
 * @throws Error that lists every bad one at once; no value is in it
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const file = environment[fileVariable];
  const given = { ...(file === undefined ? {} : readFile(file)), ...environment };
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`Settings of the worker are wrong:\n${lines.join('\n')}`);
}

function readFile(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${fileVariable}: ${file} cannot be read as JSON.`, { cause });
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(content);
  if (!parsed.success) throw new Error(`${fileVariable}: ${file} is not a JSON object.`);
  return parsed.data;
}
