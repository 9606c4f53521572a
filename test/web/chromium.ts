import { existsSync } from 'node:fs';

export const executablePath = '/usr/bin/chromium';
export const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where there is no browser the tests of pages are skipped, and say so. */
export const noBrowser = !existsSync(executablePath);
export const inBrowser = (what: string): string =>
  noBrowser ? `${what} (skipped: there is no ${executablePath})` : what;
