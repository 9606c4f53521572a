import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { executablePath, flags } from './chromium.js';

export { inBrowser, noBrowser } from './chromium.js';

export interface OpenOptions {
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
  /** Runs in the page before anything of its own. */
  before?: string;
}

/** A page, and what the browser complained of: errors, messages, anything asked of a network. */
export interface OpenedPage {
  page: Page;
  complaints: string[];
}

/** A browser with a folder of pages to open. */
export interface ReportPages {
  open(markup: string, options?: OpenOptions): Promise<OpenedPage>;
  close(): Promise<void>;
}

export async function startReportPages(): Promise<ReportPages> {
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-report-'));
  const browser = await chromium.launch({ executablePath, args: flags });
  let count = 0;
  return {
    async open(markup, { width = 1280, height = 900, scheme = 'light', before } = {}) {
      const file = join(folder, `report-${(count += 1)}.html`);
      await writeFile(file, markup);
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme });
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
      });
      if (before !== undefined) await page.addInitScript(before);
      await page.goto(pathToFileURL(file).href);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The picture as it is drawn now, as text. */
export const drawn = (page: Page): Promise<string> =>
  page.evaluate(`document.getElementById('picture').toDataURL()`);

/** How many different colours the picture has: an empty one has one. */
export const colours = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.getElementById('picture');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);

/** How many pixels of the picture have exactly a colour of the style sheet, by its name. */
export const pixelsOf = (page: Page, colour: string): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.getElementById('picture');
    const context = canvas.getContext('2d');
    const hex = getComputedStyle(document.documentElement).getPropertyValue('--${colour}').trim();
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count += 1;
    }
    return count;
  })()`);
