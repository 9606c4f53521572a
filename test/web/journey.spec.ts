import { answerOf } from '@fenceline/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inBrowser, noBrowser } from './chromium.js';
import { launchBrowser, signIn } from './dashboard/browser.js';
import { startService, type RunningService } from './dashboard/service.js';

/** What the dashboard is for, once, through every part of the service: `npm test` has it too. */
describe.skipIf(noBrowser)(inBrowser('a journey in a browser'), () => {
  let service: RunningService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService();
    browser = await launchBrowser();
  }, 180_000);
  afterAll(async () => {
    // What was not opened, as the other did not come up, is not there.
    await (browser as Browser | undefined)?.close();
    await (service as RunningService | undefined)?.close();
  }, 180_000);

  /** The stale writes that the judgement of a job has found, in its words. */
  async function staleWrites(jobId: string): Promise<string[]> {
    const { client } = service;
    const { outcome } = await answerOf(
      client.GET('/jobs/{jobId}', { params: { path: { jobId } } }),
    );
    const { document } = await answerOf(
      client.GET('/judgements/{judgementId}', {
        params: { path: { judgementId: outcome!.judgementId! } },
      }),
    );
    return document.findings
      .filter(({ rule }) => rule === 'no-stale-overwrite')
      .map(({ sentence }) => sentence);
  }

  it('leads from the editor over the live lab to the stale write', async () => {
    const { context, page, complaints } = await signIn(browser, service);
    // Nothing runs before somebody watches.
    const workers = await context.newPage();
    await workers.goto('/workers');
    await workers.getByRole('button', { name: 'Drain' }).click();
    await workers.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
    const enable = workers.getByRole('button', { name: 'Enable' });
    await enable.waitFor();

    await page.goto('/scenarios/edit?shipped=stuck-write');
    await page.getByText('The service takes it.').waitFor();
    await page.getByLabel('Runs on').selectOption('simulated');
    await page.getByLabel('Name of the run').fill('from the editor');
    await page.getByRole('button', { name: 'Submit 1 job' }).click();
    await page.getByRole('heading', { name: 'from the editor' }).waitFor();
    await page.getByRole('cell').getByRole('link').click();
    await page.getByRole('rowheader').getByRole('link').click();
    await page.getByRole('heading', { name: /^stuck-write, seed / }).waitFor();
    await page.getByText('Nothing runs yet.').waitFor();

    await enable.click();
    // From here on the page is only looked at.
    await page.getByRole('list', { name: 'Lines of the lab' }).waitFor();
    const findings = page.getByRole('region', { name: 'Findings' });
    await findings.waitFor();
    await page.getByText('violation', { exact: true }).first().waitFor();
    expect(await page.getByRole('region', { name: 'Live' }).count()).toBe(0);

    const [stale] = await staleWrites(new URL(page.url()).pathname.replace('/jobs/', ''));
    await page.getByRole('region', { name: 'Timeline' }).first().getByText(stale!).waitFor();
    const found = findings.getByRole('group').filter({ hasText: stale! });
    await found.getByText('no-stale-overwrite').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);
});
