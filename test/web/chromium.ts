import { existsSync } from 'node:fs';
import { executablePath } from '../../scripts/chromium.mjs';

export { executablePath, flags } from '../../scripts/chromium.mjs';

/** Where there is no browser the tests of pages are skipped, and say so. */
export const noBrowser = !existsSync(executablePath);
export const inBrowser = (what: string): string =>
  noBrowser ? `${what} (skipped: there is no ${executablePath})` : what;
