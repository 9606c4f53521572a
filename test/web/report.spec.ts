import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEvidence } from '@fenceline/evidence';
import { judgeRecording } from '../../libs/judge/src/index.js';
import { ccrFailover } from '../../libs/report/src/ccr-failover.testing.js';
import { htmlReport } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';
import {
  colours,
  drawn,
  inBrowser,
  noBrowser,
  pixelsOf,
  startReportPages,
  type ReportPages,
} from './report-pages.js';

const golden = fileURLToPath(new URL('../golden/stuck-write.tar.zst', import.meta.url));
const stale = htmlReport(stuckWrite());
const ccr = htmlReport(ccrFailover());

describe.skipIf(noBrowser)(inBrowser('the report in a browser'), () => {
  let pages: ReportPages;
  beforeAll(async () => {
    pages = await startReportPages();
  });
  afterAll(() => pages.close());

  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280, 3840]) {
      it(`fits ${width} pixels in ${scheme}, draws, and the browser has nothing to complain of`, async () => {
        const { page, complaints } = await pages.open(stale, { scheme, width });
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await colours(page)).toBeGreaterThan(8);
        const screenshot = await page.screenshot({ fullPage: true });
        expect(screenshot.byteLength).toBeGreaterThan(50_000);
        expect(complaints).toEqual([]);
        await page.close();
      });
    }
  }

  it('shows a real recording, in a file below 5 MB', async () => {
    const evidence = await openEvidence(golden);
    const { input } = await judgeRecording(evidence.dir);
    await evidence.close();
    const markup = htmlReport(input);
    expect(Buffer.byteLength(markup)).toBeLessThan(5_000_000);
    const { page, complaints } = await pages.open(markup);
    expect(await pixelsOf(page, 'stale')).toBeGreaterThan(50);
    const lines = input.history!.consoles.filter(({ text }) => text.trim() !== '');
    expect(await page.locator('#console-lines > li').count()).toBe(lines.length);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has nothing to draw and says so without a complaint, where nothing was recorded', async () => {
    const { history, ...input } = stuckWrite();
    const nothing = { associations: [], commands: [], applies: [], faults: [], consoles: [] };
    const verdict = { ...input.verdict, findings: [], margins: [], profiles: [] };
    const markup = htmlReport({ ...input, verdict, history: { ...history, ...nothing } });
    for (const width of [360, 1920]) {
      const { page, complaints } = await pages.open(markup, { width });
      await page.locator('#picture').focus();
      for (const key of ['ArrowDown', '.', 'Enter', '+', 'End', '0', 'Escape']) {
        await page.keyboard.press(key);
      }
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.locator('#console-lines').count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  it('tells verdicts apart by their shapes', async () => {
    const { verdict, ...input } = stuckWrite();
    const shapes = new Set<string>();
    for (const value of ['pass', 'violation', 'inconclusive'] as const) {
      const markup = htmlReport({ ...input, verdict: { ...verdict, verdict: value } });
      const { page, complaints } = await pages.open(markup);
      shapes.add(await page.locator('h1 svg').innerHTML());
      expect(await page.locator('h1').innerText()).toContain(value.toUpperCase());
      expect(complaints).toEqual([]);
      await page.close();
    }
    expect(shapes.size).toBe(3);
  });

  it('marks resets and events, and tells what they said', async () => {
    const { page, complaints } = await pages.open(ccr);
    expect(await pixelsOf(page, 'signal')).toBeGreaterThan(100);
    await page.locator('#picture').scrollIntoViewIfNeeded();
    const box = (await page.locator('#picture').boundingBox())!;
    // The CCR went over the second path at 20.004 s, where it stands is found by looking for its mark.
    const said = new Set<string>();
    for (let y = 100; y < 300; y += 6) {
      await page.mouse.move(box.x + box.width * 0.7195, box.y + y);
      said.add((await page.locator('#tooltip strong').allTextContents()).join());
    }
    expect([...said].join()).toContain('Cross-Controller Reset · host1 over B to B, admin queue');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shades the fence of the profile that is chosen', async () => {
    const { page, complaints } = await pages.open(stale);
    await page.locator('[data-view="all"]').click();
    const striped = await drawn(page);
    await page.locator('#profile').selectOption('cqt-zero-immediate');
    await expect.poll(async () => (await drawn(page)) === striped).toBe(false);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes from a finding to the picture, and back from the picture to its sentence', async () => {
    const { page, complaints } = await pages.open(stale);
    const before = await drawn(page);
    const first = page.locator('button[data-finding="0"]:not([data-at])');
    await first.click();
    await expect
      .poll(() => page.locator('#picture-status').textContent())
      .toBe('finding 1 of 16, LBA 7');
    await expect.poll(async () => (await drawn(page)) === before).toBe(false);
    const caption = page.locator('#picture-caption a');
    expect(await caption.textContent()).toBe(await page.locator('#sentence-0').textContent());
    await caption.click();
    await expect.poll(() => first.isVisible()).toBe(true);
    expect(page.url()).toMatch(/#finding-0$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('moves the cursor to a moment of a witness', async () => {
    const { page, complaints } = await pages.open(stale);
    const moment = page.locator('button[data-finding="0"][data-at]').last();
    const ms = (await moment.textContent())!.trim();
    await moment.click();
    await expect
      .poll(() => page.locator('#cursor-status').textContent())
      .toBe(`cursor at ${ms} ms`);
    expect(await page.locator('#picture-status').textContent()).toMatch(/^finding 1 of 16/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('ties consoles and timeline by one cursor, both ways', async () => {
    const { page, complaints } = await pages.open(stale);
    const lines = page.locator('#console-lines > li');
    await lines.filter({ hasText: 'keep-alive timer' }).click();
    await expect
      .poll(() => page.locator('#cursor-status').textContent())
      .toBe('cursor at 22,800.000 ms');
    const chosen = page.locator('#console-lines > li.chosen');
    expect(await chosen.allTextContents()).toEqual([expect.stringContaining('keep-alive timer')]);
    // A click far to the right, after the last line of the run.
    const picture = page.locator('#picture');
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    await page.mouse.click(box.x + box.width - 30, box.y + 300);
    await expect
      .poll(() => chosen.allTextContents())
      .toEqual([expect.stringContaining('Reconnecting in 2 seconds')]);
    // Without the console of host1 the last line is of node A.
    await page.locator('[data-console="host1"]').uncheck();
    expect(await lines.filter({ hasText: 'host1', visible: true }).count()).toBe(0);
    await page.mouse.click(box.x + box.width - 40, box.y + 300);
    await expect
      .poll(() => chosen.allTextContents())
      .toEqual([expect.stringContaining('fatal error occurred')]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('zooms with the wheel once the picture was clicked, and tells what is under the pointer', async () => {
    const { page, complaints } = await pages.open(stale, { scheme: 'dark' });
    const picture = page.locator('#picture');
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    // The held writes over path A reach over most of its second lane.
    const [x, y] = [box.x + box.width * 0.4, box.y + 115];
    await page.mouse.move(x, y);
    await expect
      .poll(() => page.locator('#tooltip').textContent())
      .toMatch(/Write · host1 over A to A, I\/O queue 1.*answerednever/);
    await page.mouse.click(x, y);
    const before = await drawn(page);
    const scrolled = await page.evaluate('window.scrollY');
    await page.mouse.wheel(0, -400);
    await expect.poll(async () => (await drawn(page)) === before).toBe(false);
    expect(await page.evaluate('window.scrollY')).toBe(scrolled);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says all in words where there is no JavaScript', () => {
    // The consoles and the findings are in the markup itself, not made by the script.
    const body = stale.replace(/<script[\s\S]*$/, '');
    expect(body).toContain('keep-alive timer (5 seconds) expired!');
    expect(body).toContain('<noscript>');
  });
});
