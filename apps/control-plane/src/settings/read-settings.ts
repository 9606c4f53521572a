import { checkSettings, readSettingsFile } from '@fenceline/settings';
import { z } from 'zod';
import { settingNames, settingsSchema, type Settings } from './settings.js';

/**
 * Reads the settings from the environment, and from the JSON file that `FENCELINE_SETTINGS` names; where both have
 * one, the environment's counts.
 *
 * @throws Error that lists every bad one at once; no value is in it
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return checkSettings(settingsSchema, given(environment), whose);
}

/** The way to Postgres alone, for commands that need nothing else. @throws Error as `readSettings` */
export function readDatabaseSettings(
  environment: NodeJS.ProcessEnv,
): Pick<Settings, 'DATABASE_URL'> {
  const { DATABASE_URL } = settingsSchema.shape;
  return checkSettings(z.object({ DATABASE_URL }), given(environment), whose);
}

const whose = 'the control plane';

function given(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const fromEnvironment = settingNames
    .filter((name) => environment[name] !== undefined)
    .map((name) => [name, environment[name]]);
  return {
    ...readSettingsFile(environment),
    ...Object.fromEntries<unknown>(fromEnvironment as [string, unknown][]),
  };
}
