import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { settingNames, settingsSchema, type Settings } from './settings.js';

/** The variable that names a JSON file of settings. */
const fileVariable = 'FENCELINE_SETTINGS';

/**
 * Reads the settings from the environment, and from the JSON file that `FENCELINE_SETTINGS` names; where both have
 * one, the environment's counts.
 *
 * @throws Error that lists every bad one at once; no value is in it
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return check(settingsSchema, given(environment));
}

/** The way to Postgres alone, for commands that need nothing else. @throws Error as `readSettings` */
export function readDatabaseSettings(
  environment: NodeJS.ProcessEnv,
): Pick<Settings, 'DATABASE_URL'> {
  const { DATABASE_URL } = settingsSchema.shape;
  return check(z.object({ DATABASE_URL }), given(environment));
}

function given(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const fromEnvironment = settingNames
    .filter((name) => environment[name] !== undefined)
    .map((name) => [name, environment[name]]);
  const file = environment[fileVariable];
  return {
    ...(file !== undefined && readFile(file)),
    ...Object.fromEntries<unknown>(fromEnvironment as [string, unknown][]),
  };
}

function readFile(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    // Not the parser's words: they quote the file, which may hold passwords.
    throw new Error(`${fileVariable}: ${file} cannot be read as JSON.`, { cause });
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(content);
  if (!parsed.success) throw new Error(`${fileVariable}: ${file} is not a JSON object.`);
  return parsed.data;
}

function check<Schema extends z.ZodType>(schema: Schema, values: unknown): z.output<Schema> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `  ${path.join('.')}: ${message}` : `  ${message}`,
  );
  throw new Error(`Settings of the control plane are wrong:\n${lines.join('\n')}`);
}
