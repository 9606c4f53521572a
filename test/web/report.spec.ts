import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';

const executablePath = '/usr/bin/chromium';
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const missing = !existsSync(executablePath);
const title = missing
  ? `the report in a browser (skipped: there is no ${executablePath})`
  : 'the report in a browser';

describe.skipIf(missing)(title, () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fenceline-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, htmlReport(stuckWrite()));
    url = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath, args: flags });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens the report; whatever the browser complains of is in `complaints`. */
  async function open(colorScheme: 'light' | 'dark', width: number) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    return { page, complaints };
  }

  /** How many different colours the picture has: an empty one has one. */
  const colours = (page: Page): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.getElementById('picture');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })()`);

  /** The picture as it is drawn now, as text. */
  const drawn = (page: Page): Promise<string> =>
    page.evaluate(`document.getElementById('picture').toDataURL()`);

  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1280, 400]) {
      it(`fits ${width} pixels in ${scheme}, draws, and the browser has nothing to complain of`, async () => {
        const { page, complaints } = await open(scheme, width);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await colours(page)).toBeGreaterThan(8);
        const screenshot = await page.screenshot({ fullPage: true });
        expect(screenshot.byteLength).toBeGreaterThan(50_000);
        expect(complaints).toEqual([]);
        await page.close();
      });
    }
  }

  it('zooms to a finding, by its button and by key, and back', async () => {
    const { page, complaints } = await open('light', 1280);
    const before = await drawn(page);
    await page.locator('[data-finding="0"]').click();
    await expect
      .poll(() => page.locator('#picture-status').textContent())
      .toBe('finding 1 of 16, LBA 7');
    await expect.poll(async () => (await drawn(page)) === before).toBe(false);
    await page.keyboard.press('n');
    await expect
      .poll(() => page.locator('#picture-status').textContent())
      .toMatch(/^finding 2 of 16/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await expect.poll(async () => (await drawn(page)) === before).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('zooms with the wheel once the picture was clicked, and tells what is under the pointer', async () => {
    const { page, complaints } = await open('dark', 1280);
    const picture = page.locator('#picture');
    await picture.scrollIntoViewIfNeeded();
    const box = (await picture.boundingBox())!;
    // The first held write over path A reaches over most of the first lane.
    await page.mouse.move(box.x + box.width * 0.4, box.y + 65);
    await expect
      .poll(() => page.locator('#tooltip').textContent())
      .toMatch(/Write · host1 over A to A.*answerednever/);
    await page.mouse.click(box.x + box.width * 0.4, box.y + 65);
    const before = await drawn(page);
    const scrolled = await page.evaluate('window.scrollY');
    await page.mouse.wheel(0, -400);
    await expect.poll(async () => (await drawn(page)) === before).toBe(false);
    expect(await page.evaluate('window.scrollY')).toBe(scrolled);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
