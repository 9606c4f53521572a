import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inBrowser, noBrowser } from './chromium.js';
import { launchBrowser, seriousFaults, signIn } from './dashboard/browser.js';
import { openLine } from './dashboard/line.js';
import { finished, submit } from './dashboard/seed.js';
import { startService, type RunningService } from './dashboard/service.js';

describe.skipIf(noBrowser)(inBrowser('the dashboard in a browser'), () => {
  let service: RunningService;
  let browser: Browser;
  let runs: { id: string }[];
  let violationId: string;

  beforeAll(async () => {
    service = await startService();
    browser = await launchBrowser();
    const kernels = ['debian:6.1', 'debian:6.1+ccr'];
    const first = await submit(service.client, ['stuck-write', 'no-fault'], { kernels });
    const second = await submit(service.client, ['stuck-write', 'no-fault'], { kernels });
    await finished(service.client, first);
    await finished(service.client, second);
    runs = [first, second];
    const query = { outcome: 'violation', runId: second.id } as const;
    const { data } = await service.client.GET('/jobs', { params: { query } });
    violationId = data!.items[0]!.id;
  });
  afterAll(async () => {
    // What was not opened, as the other did not come up, is not there.
    await (browser as Browser | undefined)?.close();
    await (service as RunningService | undefined)?.close();
  });

  /** A worker of which nothing but its enrolment is ever heard. @returns its id */
  async function enrol(name: string): Promise<string> {
    const { data: made } = await service.client.POST('/join-tokens', { body: {} });
    const capacity = {
      ...{ slots: 1, memoryMib: 1024, cores: 1, accelerator: null },
      ...{ labels: [], version: 'test' },
    };
    const { data } = await service.client.POST('/worker/enrol', {
      body: { joinToken: made!.secret, name, capacity },
    });
    return data!.workerId;
  }

  async function shownWorker(workerId: string) {
    const params = { path: { workerId } };
    return (await service.client.GET('/workers/{workerId}', { params })).data!;
  }

  /** Every page, by a name for the test. */
  const addresses = async (): Promise<Record<string, string>> => {
    const { data: workers } = await service.client.GET('/workers', { params: { query: {} } });
    const { data: stored } = await service.client.GET('/scenarios', { params: { query: {} } });
    return {
      overview: '/',
      runs: '/runs',
      run: `/runs/${runs[1]!.id}?compare=${runs[0]!.id}`,
      jobs: '/jobs',
      job: `/jobs/${violationId}`,
      findings: '/findings',
      scenarios: '/scenarios',
      scenario: `/scenarios/${stored!.items[0]!.hash}`,
      editor: '/scenarios/edit?shipped=stuck-write',
      workers: '/workers',
      worker: `/workers/${workers!.items[0]!.id}`,
      kernels: '/kernels',
      tokens: '/tokens',
      audit: '/audit',
      missing: '/nothing/there',
    };
  };

  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 360],
  ] as const) {
    it(`has pages in which axe finds nothing serious, in ${scheme}, ${width} pixels wide`, async () => {
      const { context, page, complaints } = await signIn(browser, service, { scheme, width });
      for (const [name, address] of Object.entries(await addresses())) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
        expect([name, await seriousFaults(page)]).toEqual([name, []]);
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect([name, wide]).toEqual([name, width]);
      }
      expect(complaints).toEqual([]);
      await context.close();
    });
  }

  it('signs in by a link, and leaves no code in the address', async () => {
    const { context, page } = await signIn(browser, service);
    expect(page.url()).not.toContain('code');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    // Over the page that is shown, so that nothing is loaded anew.
    await page.goto(await service.signInPath());
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(page.url()).not.toContain('code');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const { secret } = await service.token(['read']);
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await context.close();
  });

  it('marks what is wrong in the text, and does not submit it', async () => {
    const { context, page } = await signIn(browser, service);
    await page.goto('/scenarios/edit');
    await page.getByText('The service takes it.').waitFor();
    await page.getByRole('textbox', { name: 'Scenario, YAML' }).click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('nonsense: 1\n');
    await page.getByText(/^1:1$/).waitFor();
    expect(await page.getByRole('button', { name: /^Submit/ }).isDisabled()).toBe(true);
    await context.close();
  });

  it('keeps filters in the address, so that a link has them', async () => {
    const { context, page } = await signIn(browser, service);
    await page.goto('/jobs');
    await page.getByLabel('Outcome').selectOption('violation');
    await page.getByLabel('Scenario', { exact: true }).fill('stuck-write');
    await expect.poll(() => page.url()).toContain('scenario=stuck-write');
    const other = await context.newPage();
    await other.goto(page.url());
    await other.getByRole('row').nth(1).waitFor();
    expect(await other.getByLabel('Outcome').inputValue()).toBe('violation');
    expect(await other.getByRole('link', { name: /^pass/ }).count()).toBe(0);
    await context.close();
  });

  it('compares a run with another cell by cell, and a link shows the same', async () => {
    const { context, page } = await signIn(browser, service);
    await page.goto(`/runs/${runs[1]!.id}`);
    await page.getByLabel('Compare with').selectOption(runs[0]!.id);
    const same = page.getByText('the same rate, there:');
    // Two scenarios on two kernels.
    await expect.poll(() => same.count()).toBe(4);
    expect(page.url()).toContain(`compare=${runs[0]!.id}`);
    await page.reload();
    await expect.poll(() => same.count()).toBe(4);
    await context.close();
  });

  it('offers a reader nothing that a reader may not do, and the service refuses it', async () => {
    const waiting = await submit(service.client, ['stuck-write'], {
      wants: { accelerator: null, workerLabels: ['nowhere'] },
    });
    const { secret } = await service.token(['read']);
    const { context, page } = await signIn(browser, service, { token: secret });
    await page.goto(`/runs/${waiting.id}`);
    await page.getByRole('heading', { name: 'stuck-write' }).waitFor();
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
    const answer = await page.request.post(`/api/v1/runs/${waiting.id}/cancel`);
    expect(answer.status()).toBe(403);
    await context.close();
    const admin = await signIn(browser, service);
    await admin.page.goto(`/runs/${waiting.id}`);
    await admin.page.getByRole('button', { name: 'Cancel' }).click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await admin.page.getByText('all 1 finished').waitFor();
    await admin.context.close();
  });

  it('lets an administrator revoke a worker, after a question, and offers nothing for it any more', async () => {
    const workerId = await enrol('not-trusted');
    const { secret } = await service.token(['read', 'operate']);
    const operator = await signIn(browser, service, { token: secret });
    await operator.page.goto('/workers');
    const offered = operator.page.getByRole('row', { name: 'not-trusted' }).getByRole('button');
    await expect.poll(() => offered.allTextContents()).toContain('Drain');
    expect(await offered.allTextContents()).not.toContain('Revoke');
    await operator.context.close();
    const { context, page } = await signIn(browser, service);
    await page.goto('/workers');
    const row = page.getByRole('row', { name: 'not-trusted' });
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    expect((await shownWorker(workerId)).revokedAt).toBeNull();
    await row.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await shownWorker(workerId)).revokedAt).not.toBeNull();
    await page.goto(`/workers/${workerId}`);
    await page.getByText('revoked', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Drain|Enable|Disable|Revoke/ }).count()).toBe(0);
    await context.close();
  });

  it('sets the priority of a job that waits, for who may', async () => {
    const waiting = await submit(service.client, ['stuck-write'], {
      wants: { accelerator: null, workerLabels: ['nowhere'] },
    });
    const query = { runId: waiting.id };
    const { data: jobs } = await service.client.GET('/jobs', { params: { query } });
    const path = { jobId: jobs!.items[0]!.id };
    const { secret } = await service.token(['read', 'submit'], 'bob');
    const reader = await signIn(browser, service, { token: secret });
    await reader.page.goto(`/jobs/${path.jobId}`);
    await reader.page.getByText(/^Waits for/).waitFor();
    expect(await reader.page.getByLabel('Priority').count()).toBe(0);
    await reader.context.close();
    const { context, page } = await signIn(browser, service);
    await page.goto(`/jobs/${path.jobId}`);
    await page.getByLabel('Priority').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel('Priority').fill('101');
    await page.getByRole('button', { name: 'Set' }).click();
    const { data: before } = await service.client.GET('/jobs/{jobId}', { params: { path } });
    expect(before!.priority).toBe(0);
    await page.getByLabel('Priority').fill('7');
    await page.getByRole('button', { name: 'Set' }).click();
    await page.getByText('it is now 7').waitFor();
    const { data: after } = await service.client.GET('/jobs/{jobId}', { params: { path } });
    expect(after!.priority).toBe(7);
    await service.client.POST('/jobs/{jobId}/cancel', { params: { path } });
    await page.getByLabel('Priority').waitFor({ state: 'detached' });
    await context.close();
  });

  it('has one stream of events for eight tabs, which the next tab takes over', async () => {
    const { context, page } = await signIn(browser, service);
    // The first tab has its stream before others are counted.
    await page.getByText('live', { exact: true }).waitFor();
    const streams: string[] = [];
    context.on('request', (request) => {
      if (request.url().includes('/api/v1/events')) streams.push(request.url());
    });
    const tabs = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    for (const tab of tabs) {
      await tab.goto('/runs');
      await tab.getByText('live', { exact: true }).waitFor();
    }
    expect(streams).toHaveLength(0);
    await submit(service.client, ['no-fault'], { name: 'for all tabs' });
    for (const tab of tabs) await tab.getByRole('link', { name: 'for all tabs' }).waitFor();
    await page.close();
    await expect.poll(() => streams.length).toBe(1);
    await submit(service.client, ['no-fault'], { name: 'after the change' });
    for (const tab of tabs) await tab.getByRole('link', { name: 'after the change' }).waitFor();
    expect(streams).toHaveLength(1);
    await context.close();
  });

  it('comes back after the connection was lost, and has missed nothing', async () => {
    const line = await openLine(service.address);
    const { context, page } = await signIn(browser, { ...service, address: line.address });
    await page.goto('/runs');
    await page.getByText('live', { exact: true }).waitFor();
    line.cut();
    await page.getByText('connecting again').waitFor();
    await submit(service.client, ['no-fault'], { name: 'while nobody looked' });
    line.mend();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'while nobody looked' }).waitFor();
    await context.close();
    line.close();
  });

  it('asks to sign in again where the token was revoked, in every tab', async () => {
    const { id, secret } = await service.token(['read']);
    const { context, page } = await signIn(browser, service, { token: secret });
    const other = await context.newPage();
    await other.goto('/jobs');
    await other.getByText('live', { exact: true }).waitFor();
    await service.client.DELETE('/tokens/{tokenId}', { params: { path: { tokenId: id } } });
    for (const tab of [page, other]) await tab.getByLabel('Token').waitFor();
    await context.close();
  });

  it('shows the report in a frame that can reach nothing of the page', async () => {
    const { context, page } = await signIn(browser, service);
    await page.goto(`/jobs/${violationId}`);
    await page.getByRole('button', { name: 'Show the report here' }).click();
    const frame = page.frameLocator('iframe');
    await frame.locator('h1').first().waitFor();
    const inside = page.frames().find((one) => one !== page.mainFrame())!;
    const reach = await inside.evaluate(
      `(() => { try { return parent.document.title; } catch { return 'nothing'; } })()`,
    );
    expect(reach).toBe('nothing');
    await context.close();
  });
});
