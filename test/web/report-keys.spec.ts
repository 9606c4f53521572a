import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';
import { drawn, inBrowser, noBrowser, startReportPages, type ReportPages } from './report-pages.js';

const markup = htmlReport(stuckWrite());

describe.skipIf(noBrowser)(inBrowser('the report by keys alone'), () => {
  let pages: ReportPages;
  beforeAll(async () => {
    pages = await startReportPages();
  });
  afterAll(() => pages.close());

  const textOf = (page: Page, id: string) => () => page.locator(`#${id}`).textContent();

  /** Presses a key and waits until the picture is another one. */
  async function press(page: Page, key: string): Promise<void> {
    const before = await drawn(page);
    await page.keyboard.press(key);
    await expect.poll(async () => (await drawn(page)) === before).toBe(false);
  }

  it('reaches the picture with Tab, and its keys are written beside it', async () => {
    const { page, complaints } = await pages.open(markup);
    await page.locator('#profile').focus();
    await page.keyboard.press('Tab');
    // The link of the caption comes only with a finding, so the picture is next.
    expect(await page.evaluate('document.activeElement.id')).toBe('picture');
    const help = await page.locator('#picture-help').innerText();
    for (const word of ['Home', 'End', 'Enter', 'next and previous finding']) {
      expect(help).toContain(word);
    }
    expect(await page.locator('#picture').getAttribute('aria-label')).toContain('6 lanes');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('moves, zooms, goes to both ends, and comes back to the same picture', async () => {
    const { page, complaints } = await pages.open(markup);
    await page.locator('#picture').focus();
    const workload = await drawn(page);
    for (const key of ['ArrowRight', 'ArrowLeft', '+', '-', 'Home', 'End', '0']) {
      await press(page, key);
    }
    await press(page, 'w');
    expect(await drawn(page)).toBe(workload);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes from finding to finding with Enter, and leaves them with Escape', async () => {
    const { page, complaints } = await pages.open(markup);
    await page.locator('#picture').focus();
    await press(page, 'Enter');
    expect(await textOf(page, 'picture-status')()).toBe('finding 1 of 16, LBA 7');
    await press(page, 'Enter');
    expect(await textOf(page, 'picture-status')()).toMatch(/^finding 2 of 16/);
    await press(page, 'Shift+Enter');
    expect(await textOf(page, 'picture-status')()).toMatch(/^finding 1 of 16/);
    await press(page, 'Escape');
    expect(await textOf(page, 'picture-status')()).toBe('');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes from command to command and says the fields of each', async () => {
    const { page, complaints } = await pages.open(markup);
    await page.locator('#picture').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(textOf(page, 'spoken'))
      .toMatch(/^Write · host1 over A to A, I\/O queue 1, LBA \d+, .*sent [\d,.]+ ms/);
    const first = await textOf(page, 'spoken')();
    await page.keyboard.press(',');
    await expect.poll(textOf(page, 'spoken')).not.toBe(first);
    await page.keyboard.press('.');
    await expect.poll(textOf(page, 'spoken')).toBe(first);
    expect(await page.locator('#tooltip').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#tooltip').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('walks along the lines of the consoles, and the cursor goes with them', async () => {
    const { page, complaints } = await pages.open(markup);
    await page.locator('#console-lines').focus();
    await page.keyboard.press('End');
    await expect.poll(textOf(page, 'cursor-status')).toBe('cursor at 26,940.000 ms');
    await page.keyboard.press('ArrowUp');
    await expect.poll(textOf(page, 'cursor-status')).toBe('cursor at 26,930.000 ms');
    const active = await page.locator('#console-lines').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active!}`).getAttribute('aria-selected')).toBe('true');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
