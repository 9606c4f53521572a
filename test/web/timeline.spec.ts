import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTimeline } from '../../libs/report/src/timeline/encode-timeline.js';
import { timelineTiles } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';
import { buildPage } from '../bench/dashboard/build-page.mjs';
import { serveRanges, type ServedTimeline } from '../bench/dashboard/serve-ranges.mjs';
import { inBrowser, noBrowser } from './chromium.js';
import { launchBrowser, seriousFaults } from './dashboard/browser.js';

const input = stuckWrite();
const stale = input.verdict.findings[0]!;
const many = 150_000;

/** Commands without anything of note, ten a millisecond on one lane. */
function ordinary(): Iterable<Uint8Array> {
  const at = (id: number) => ({
    ...{ start: id * 100, end: id * 100 + 700, complete: null, lane: 0, kind: 0, opcode: 1 },
    ...{ flags: 0, mark: 0, status: 0, lba: id, blocks: 1, id, cid: id % 512, frame: id },
  });
  const lane = { kind: 'queue', group: 'host1 over A to A', name: 'I/O queue 1' } as const;
  return encodeTimeline(
    { count: many, at },
    {
      ...{ end: many * 100, focus: { start: 0, end: many * 100 }, faults: [], fences: [] },
      lanes: [{ ...lane, host: 'host1', link: 'A', node: 'A' }],
      ...{ profiles: [], moments: [], signals: [], findings: [], names: { i1: 'Write' } },
    },
  );
}

describe.skipIf(noBrowser)(inBrowser('the timeline in a browser'), () => {
  let folder: string;
  let browser: Browser;
  const served: ServedTimeline[] = [];
  let told: ServedTimeline;
  let large: ServedTimeline;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fenceline-timeline-'));
    const page = await buildPage(folder);
    const serve = async (name: string, chunks: Iterable<Uint8Array>): Promise<ServedTimeline> => {
      const file = join(folder, name);
      await writeFile(file, Buffer.concat([...chunks]));
      const timeline = await serveRanges(page, file);
      served.push(timeline);
      return timeline;
    };
    told = await serve('told.fltl', timelineTiles(input));
    large = await serve('large.fltl', ordinary());
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(served.map((timeline) => timeline.close()));
    await rm(folder, { recursive: true, force: true });
  });

  async function open(url: string, width = 1280, scheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: scheme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(url);
    await page.getByRole('application').waitFor();
    return { page, complaints };
  }
  const press = async (page: Page, ...keys: string[]): Promise<void> => {
    await page.getByRole('application').focus();
    for (const key of keys) await page.keyboard.press(key);
  };

  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280, 3840]) {
      it(`fits ${width} pixels in ${scheme}, and axe finds nothing serious`, async () => {
        const { page, complaints } = await open(told.url, width, scheme);
        await page.getByRole('grid').getByRole('row').nth(3).waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await seriousFaults(page)).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      });
    }
  }

  it('opens at the first finding, says it in its sentence, and has each step', async () => {
    const { page } = await open(told.url);
    await page.getByText(stale.sentence).waitFor();
    const steps = page.getByRole('list', { name: 'What happened' }).getByRole('listitem');
    expect(await steps.count()).toBe(stale.witness.steps.length);
    await press(page, 'n');
    await page.getByText(input.verdict.findings[1]!.sentence).waitFor();
    await press(page, 'p');
    await page.getByText(stale.sentence).waitFor();
    await page.close();
  });

  it('is told in words where it is moved through by keys, and a link shows the same again', async () => {
    const { page } = await open(told.url);
    await press(page, 'l', 'ArrowDown', 'ArrowDown', '.');
    const status = page.getByRole('status').filter({ hasText: 'CID' });
    await status.waitFor({ state: 'attached' });
    const said = await status.textContent();
    expect(said).toMatch(/\. .*sent [\d,]+\.\d{3} \d{3} ms/);
    await page.waitForURL(/[?&]item=c\d+/);
    const link = page.url();
    await page.close();
    const { page: again } = await open(link);
    await again.getByText(said!).waitFor({ state: 'attached' });
    await again.waitForURL(link);
    await again.close();
  });

  it('shows a large one from a small part of the file, as totals first, then one by one', async () => {
    const { page, complaints } = await open(large.url);
    await page.getByRole('cell', { name: '150,000' }).waitFor();
    expect(large.sent.bytes).toBeLessThan(large.size / 3);
    await press(page, '+', '+', '+', '+');
    await page.getByRole('grid').getByRole('row').nth(3).waitFor();
    expect(large.sent.bytes).toBeLessThan(large.size / 2);
    const grid = page.getByRole('grid');
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(3000);
    expect(await grid.getByRole('row').count()).toBeLessThan(60);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('finds a block and the nearest of a CID, and goes there', async () => {
    const { page } = await open(large.url);
    await page.getByRole('searchbox').fill('lba 0xc350');
    await page.keyboard.press('Enter');
    await page.getByText('1 found').waitFor();
    await page.getByRole('search').getByRole('button', { name: 'LBA 50000' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: 'CID 336 (0x0150)' })
      .waitFor({ state: 'attached' });
    await page.getByRole('searchbox').fill('cid 336');
    await page.keyboard.press('Enter');
    await page.getByText('200 nearest found').waitFor();
    await page.getByRole('searchbox').fill('block five');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.close();
  });
});
