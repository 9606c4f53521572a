// Makes docs/screenshots: every page of the dashboard, from a service of its own with simulated runs.
import { mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { executablePath, flags } from './chromium.mjs';
import { Api } from './demo/api.mjs';
import { openService } from './demo/service.mjs';
import { pagesOf } from './screenshots/pages.mjs';
import { finished, seed } from './screenshots/seed.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
/** How pages are looked at: name of the file's ending, size, colours; all pages, or some. */
const some = ['overview', 'run', 'job'];
const views = [
  { name: 'light', width: 1280, height: 800, colorScheme: 'light' },
  { name: 'dark', width: 1280, height: 800, colorScheme: 'dark', only: some },
  { name: 'narrow', width: 360, height: 780, colorScheme: 'light', only: some },
];

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(root, 'docs/screenshots') },
    views: { type: 'string', default: views.map(({ name }) => name).join(',') },
  },
});

async function signedIn(browser, address, api, { width, height, colorScheme }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    baseURL: address,
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const { path: link } = await api.post('/sign-in-codes', {});
  await page.goto(link);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}

async function main() {
  const data = mkdtempSync(path.join(tmpdir(), 'fenceline-screenshots-'));
  // Postgres's account must get through.
  chmodSync(data, 0o711);
  Object.assign(process.env, { FENCELINE_DATA: data, FENCELINE_ACCELERATOR: 'none' });
  mkdirSync(values.out, { recursive: true });
  const service = await openService(root, (line) => process.stderr.write(`${line}\n`));
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    const api = new Api(service.address, service.token);
    const runs = await seed(api, root);
    await finished(api, runs);
    const pages = await pagesOf(api, runs);
    for (const view of views.filter(({ name }) => values.views.split(',').includes(name))) {
      const page = await signedIn(browser, service.address, api, view);
      for (const { name, address, ready } of pages) {
        if (view.only?.includes(name) === false) continue;
        await page.goto(address);
        await ready(page);
        // The stream of events keeps the network busy: what loads says so.
        await page.getByText('Loading…').first().waitFor({ state: 'detached' });
        await page.screenshot({ path: path.join(values.out, `${name}-${view.name}.png`) });
        process.stderr.write(`${name}-${view.name}.png\n`);
      }
      await page.context().close();
    }
  } finally {
    await browser.close();
    await service.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

await main();
process.exit(0);
