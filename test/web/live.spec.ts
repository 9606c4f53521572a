import type { LivePart } from '@fenceline/contracts/api';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { timelineTiles } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';
import { inBrowser, noBrowser } from './chromium.js';
import { launchBrowser, seriousFaults, signIn } from './dashboard/browser.js';
import { submit } from './dashboard/seed.js';
import { startService, type RunningService } from './dashboard/service.js';
import { WorkerByHand } from './dashboard/worker-by-hand.js';

/** How long a bar is, ms. */
const slice = 250;

/** A slice of the lab's time on both paths. */
const bars = (n: number): LivePart[] =>
  ['A', 'B'].map((path) => ({
    ...{ kind: 'bar', path, fromMs: n * slice, toMs: (n + 1) * slice },
    ...{ writes: 4, reads: 2, held: path === 'A' ? n : 0 },
  }));
const line = (ms: number, text: string): LivePart => ({
  ...{ kind: 'console', vm: 'host1', line: text, ms },
});

const linesOf = (page: Page) => page.getByRole('list', { name: 'Lines of the lab' });
const caption = (page: Page) => page.getByRole('figure').getByText('Live, thinned.').locator('..');

/** How far the list is from its end, px. */
const fromEnd = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector('ol[tabindex]');
    return scrollHeight - scrollTop - clientHeight;
  })()`);

/** Scrolls the list to its first line, and resolves when the page knows. */
const readBack = (page: Page): Promise<void> =>
  page.evaluate(`new Promise((resolve) => {
    const list = document.querySelector('ol[tabindex]');
    list.addEventListener('scroll', () => resolve(), { once: true });
    list.scrollTop = 0;
  })`);

interface Seen {
  /** How much of the width, from the left end on, is of a colour that the right end has not. */
  shaded: number;
  /** Where the first bar begins. */
  firstBar: number;
}

/** What the picture shows, as parts of its width. */
const picture = (page: Page): Promise<Seen> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('.tl-live canvas');
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const colour = (x, y) => data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3).join();
    // A line of pixels above the bars of the first path, and one through their feet; the last bar ends near the right end.
    const [above, feet] = [27, 60];
    const bar = colour(Math.floor(width * 0.97), feet);
    const columns = Array.from({ length: width }, (_, x) => x);
    const shaded = columns.filter((x) => colour(x, above) !== colour(width - 2, above));
    return {
      shaded: shaded.length / width,
      firstBar: columns.find((x) => colour(x, feet) === bar) / width,
    };
  })()`);

describe.skipIf(noBrowser)(inBrowser('a lab that runs, in a browser'), () => {
  let service: RunningService;
  let browser: Browser;

  beforeAll(async () => {
    service = await startService();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    // What was not opened, as the other did not come up, is not there.
    await (browser as Browser | undefined)?.close();
    await (service as RunningService | undefined)?.close();
  });

  it('is seen as it happens, from when on a reader came, until its timeline takes the place', async () => {
    const worker = await WorkerByHand.enrol(service, 'by-hand');
    await submit(service.client, ['stuck-write'], {
      wants: { accelerator: null, workerLabels: ['by-hand'] },
    });
    const work = await worker.begin();
    const first = await signIn(browser, service);
    await first.page.goto(`/jobs/${work.jobId}`);
    // What is told before a page listens is lost.
    const prepare: LivePart = { kind: 'step', step: 'prepare', detail: '', ms: null };
    const hears = async (): Promise<number> => {
      await worker.show(work, [prepare]);
      return linesOf(first.page).count();
    };
    await expect.poll(hears, { interval: 200 }).toBe(1);

    let next = 0;
    for (; next < 20; next++) await worker.show(work, bars(next));
    await caption(first.page).getByText('path A: 80 writes, 40 reads, 19 held').waitFor();
    await caption(first.page).getByText('path B: 80 writes, 40 reads').waitFor();
    await worker.show(work, [
      { kind: 'step', step: 'configure', detail: '2 paths', ms: 3970 },
      line(3870, 'nvme nvme0: creating 2 I/O queues.'),
      { kind: 'fault', what: 'hold the writes of A', ms: 4100 },
      line(4000, '<b>as text</b>'),
    ]);
    const told = linesOf(first.page).getByRole('listitem').filter({ hasNotText: 'prepare' });
    await expect
      .poll(() => told.allTextContents())
      .toEqual([
        '3.87 shost1 │ nvme nvme0: creating 2 I/O queues.',
        '3.97 sconfigure: 2 paths',
        '4.00 shost1 │ <b>as text</b>',
        '4.10 shold the writes of A',
      ]);

    const late = await signIn(browser, service);
    await late.page.goto(`/jobs/${work.jobId}`);
    const heard = async (): Promise<number> => {
      await worker.show(work, bars(next++));
      return caption(late.page).count();
    };
    await expect.poll(heard, { interval: 200 }).toBe(1);
    await caption(late.page).getByText('Heard of from ').waitFor();
    expect(await caption(first.page).getByText('Heard of from').count()).toBe(0);
    const seen = await picture(late.page);
    expect(seen.shaded).toBeGreaterThan(0.5);
    expect(seen.firstBar).toBeCloseTo(seen.shaded, 2);
    expect((await picture(first.page)).shaded).toBeLessThan(0.1);
    expect((await picture(first.page)).firstBar).toBeLessThan(0.1);
    expect(await seriousFaults(first.page)).toEqual([]);

    // The list follows, but not who reads further up.
    await worker.show(
      work,
      Array.from({ length: 60 }, (_, n) => line(6000 + n, `line ${n}`)),
    );
    await linesOf(first.page).getByText('line 59').waitFor();
    expect(await fromEnd(first.page)).toBeLessThan(2);
    await readBack(first.page);
    await worker.show(work, [line(7000, 'the last one')]);
    await linesOf(first.page).getByText('the last one').waitFor();
    expect(await fromEnd(first.page)).toBeGreaterThan(100);
    await linesOf(late.page).getByText('the last one').waitFor();
    expect(await fromEnd(late.page)).toBeLessThan(2);

    const story = stuckWrite();
    const timeline = Buffer.concat([...timelineTiles(story)]);
    await worker.finish(work, { kind: 'judged', verdict: story.verdict }, [
      { kind: 'evidence', name: 'evidence.tar.zst', bytes: Buffer.from('a recording') },
      { kind: 'timeline', name: 'timeline.fltl', bytes: timeline },
    ]);
    for (const { page, context, complaints } of [first, late]) {
      await page.getByRole('application').waitFor();
      expect(await page.getByText('Live, thinned.').count()).toBe(0);
      expect(await linesOf(page).count()).toBe(0);
      expect(complaints).toEqual([]);
      await context.close();
    }
  });
});
