export { checkSettings } from './check-settings.js';
export { readSettingsFile } from './settings-file.js';
