/** Debian's Chromium, and what it is started with: no sandbox of its own as root, and no talk with hosts of others. */
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
