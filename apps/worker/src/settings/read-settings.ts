import { checkSettings, readSettingsFile } from '@fenceline/settings';
import { settingsSchema, type Settings } from './settings.js';

/**
 * Reads the settings from the environment, and from the JSON file that `FENCELINE_SETTINGS` names; where both have one,
 * the environment's counts.
 *
 * @throws Error that lists every bad one at once; no value is in it
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = { ...readSettingsFile(environment), ...environment };
  return checkSettings(settingsSchema, given, 'the worker');
}
