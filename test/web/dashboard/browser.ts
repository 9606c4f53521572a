import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { executablePath, flags } from '../chromium.js';
import type { RunningService } from './service.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags });
}

export interface SignedIn {
  context: BrowserContext;
  page: Page;
  /** What the browser complained of: errors, broken policies. */
  complaints: string[];
}

export interface SignInOptions {
  /** @defaultValue the administrator's */
  token?: string;
  width?: number;
  scheme?: 'light' | 'dark';
}

/** A browser of its own that is signed in. */
export async function signIn(
  browser: Browser,
  service: RunningService,
  { token, width = 1280, scheme = 'light' }: SignInOptions = {},
): Promise<SignedIn> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: scheme,
    baseURL: service.address,
  });
  const complaints: string[] = [];
  context.on('page', (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  });
  const page = await context.newPage();
  await page.goto(await service.signInPath(token));
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return { context, page, complaints };
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** What axe calls serious or critical, with the elements. */
export async function seriousFaults(page: Page): Promise<string[]> {
  // By the debugger, which no policy of the page binds.
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResult>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
}
