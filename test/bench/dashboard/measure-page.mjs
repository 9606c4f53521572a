import { chromium } from 'playwright-core';
import { executablePath, flags } from '../../../scripts/chromium.mjs';

const exactMemory = '--enable-precise-memory-info';

/** Steps of a movement: so many frames of each are measured. */
const frames = 120;

/**
 * Opens the page in Debian's Chromium, which paints without a graphics processor, and moves about as a reader does.
 *
 * @returns times in ms; frame times by movement, each in the order of time
 */
export async function measurePage(url) {
  const browser = await chromium.launch({ executablePath, args: [...flags, exactMemory] });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.addInitScript(() => {
      globalThis.painted = [];
      new globalThis.PerformanceObserver((list) => {
        for (const { name, startTime } of list.getEntries()) {
          if (name === 'timeline-painted') globalThis.painted.push(startTime);
        }
      }).observe({ entryTypes: ['mark'] });
    });
    await page.goto(url);
    await page.waitForFunction(() => globalThis.painted.length > 0, undefined, {
      timeout: 120_000,
    });
    const firstPaint = await page.evaluate(() => globalThis.painted[0]);
    await settled(page);
    const complete = await page.evaluate(() => globalThis.painted.at(-1));
    await page.focus('.tl-canvas');
    const movements = {};
    const measure = async (name, before, key) => {
      for (const press of before) await page.keyboard.press(press);
      await settled(page);
      movements[name] = await page.evaluate(move, { key, frames });
      await settled(page);
    };
    await measure('panning, whole run at a quarter', ['0', '+', '+'], 'ArrowRight');
    await measure('panning, single commands', ['l', '-', '-', '-', '-', '-'], 'ArrowLeft');
    await measure('zooming out from there', [], '-');
    await measure('zooming in again', [], '+');
    const heap = await page.evaluate(() => {
      globalThis.gc?.();
      return performance.memory.usedJSHeapSize;
    });
    return { firstPaint, complete, movements, heap };
  } finally {
    await browser.close();
  }
}

/** Nothing is being loaded, and what there is has been painted. */
async function settled(page) {
  await page.waitForFunction(
    () =>
      globalThis.document.querySelector('.tl-waiting') === null &&
      performance.now() - globalThis.painted.at(-1) > 300,
    undefined,
    { timeout: 120_000 },
  );
}

/** Runs in the page: presses a key before each frame, and gives the times between frames. */
async function move({ key, frames: count }) {
  const { document, requestAnimationFrame, KeyboardEvent } = globalThis;
  const stage = document.querySelector('.tl-canvas');
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let n = 0; n < count; n++) {
    // There and back again, so that neither end of the recording is reached.
    const turned = { ArrowRight: 'ArrowLeft', ArrowLeft: 'ArrowRight' }[key];
    const pressed = turned !== undefined && n >= count / 2 ? turned : key;
    if (turned !== undefined || n % 8 === 0) {
      stage.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true }));
    } else {
      stage.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    }
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}
