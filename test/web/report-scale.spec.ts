import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../libs/report/src/index.js';
import { stuckWrite } from '../../libs/report/src/stuck-write.testing.js';
import { inBrowser, noBrowser, startReportPages, type ReportPages } from './report-pages.js';

interface Frame {
  ms: number;
  strokes: number;
}
interface Work {
  loadMs: number;
  elements: number;
  made: number;
  frames: Frame[];
}

/** Counts what the page asks of its canvas in each frame, and the elements that it makes. */
const counters = `(() => {
  const work = (window.work = { strokes: 0, made: 0, frames: [] });
  const brush = CanvasRenderingContext2D.prototype;
  for (const name of ['fillRect', 'strokeRect', 'fill', 'stroke', 'fillText', 'clearRect']) {
    const was = brush[name];
    brush[name] = function (...given) {
      work.strokes += 1;
      return was.apply(this, given);
    };
  }
  const make = Document.prototype.createElement;
  Document.prototype.createElement = function (...given) {
    work.made += 1;
    return make.apply(this, given);
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) =>
    request((now) => {
      const [start, strokes] = [performance.now(), work.strokes];
      draw(now);
      work.frames.push({ ms: performance.now() - start, strokes: work.strokes - strokes });
    });
})()`;

/** What a look at the workload, the whole run, and a walk into the middle of it ask for. */
const keys = ['w', '0', ...'+++++'.split(''), 'ArrowRight', 'ArrowLeft', ...'++++'.split(''), 'w'];

describe.skipIf(noBrowser)(inBrowser('200,000 commands in a browser'), () => {
  let pages: ReportPages;
  beforeAll(async () => {
    pages = await startReportPages();
  });
  afterAll(() => pages.close());

  async function workOf(markup: string): Promise<Work> {
    const { page, complaints } = await pages.open(markup, { before: counters });
    const loadMs = await page.evaluate<number>(
      `performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd`,
    );
    const made = await page.evaluate<number>('window.work.made');
    await page.locator('#picture').focus();
    for (const [i, key] of keys.entries()) {
      await page.keyboard.press(key);
      await expect.poll(() => page.evaluate<number>('window.work.frames.length')).toBe(i + 1);
    }
    const frames = await page.evaluate<Frame[]>('window.work.frames');
    const elements = await page.evaluate<number>(`document.getElementsByTagName('*').length`);
    expect(complaints).toEqual([]);
    await page.close();
    return { loadMs, elements, made, frames };
  }

  it('cost a frame about what 2,000 cost, and no element of their own', async () => {
    const few = stuckWrite({ rate: 32, jobs: 16 });
    const many = stuckWrite({ rate: 3200, jobs: 16 });
    expect(many.history.commands.length).toBeGreaterThan(200_000);
    expect(few.history.commands.length).toBeLessThan(3_000);
    for (let t = 0; t < 50_000; t++) {
      const text = 'a line of a console that says a lot';
      many.history.consoles.push({ t: t * 600_000, vm: 'host1', text });
    }
    const markup = htmlReport(many);
    expect(Buffer.byteLength(markup)).toBeLessThan(5_000_000);
    const base = await workOf(htmlReport(few));
    const work = await workOf(markup);
    const most = (frames: Frame[]) => Math.max(...frames.map(({ strokes }) => strokes));
    // Two pixels a point and a bar: a width of 1,200 pixels has room for so many in each row of the picture.
    expect(most(work.frames)).toBeLessThan(10_000);
    expect(most(work.frames)).toBeLessThan(6 * most(base.frames));
    expect(work.elements).toBeLessThan(12_000);
    expect(work.made).toBe(0);
    const ms = work.frames.map((frame) => frame.ms).sort((a, b) => a - b);
    console.log(
      `${many.history.commands.length} commands, ${(markup.length / 1e6).toFixed(1)} MB: loaded after ` +
        `${work.loadMs.toFixed(0)} ms, ${work.elements} elements; a frame takes ` +
        `${ms[ms.length >> 1]!.toFixed(1)} ms (median), ${ms.at(-1)!.toFixed(1)} ms (worst), at most ` +
        `${most(work.frames)} strokes; of ${few.history.commands.length} commands ${most(base.frames)}`,
    );
  });
});
