import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from './dashboard/build-page.mjs';
import { makeTimeline } from './dashboard/make-timeline.mjs';
import { measurePage } from './dashboard/measure-page.mjs';
import { loadAverage } from './measure-process.mjs';
import { serveRanges } from './dashboard/serve-ranges.mjs';

/** The timeline view of a job with so many commands: `npm run bench:dashboard [-- COMMANDS]`. */
const commands = Number(process.argv[2] ?? 1_000_000);

say('load average', loadAverage());
const folder = await mkdtemp(join(tmpdir(), 'fenceline-dashboard-'));
try {
  const timeline = join(folder, 'timeline.fltl');
  const began = performance.now();
  await makeTimeline(timeline, commands);
  const { size } = await stat(timeline);
  say('timeline', `${count(commands)} commands, ${mb(size)}, written in ${seconds(began)}`);
  const served = await serveRanges(await buildPage(folder), timeline);
  try {
    const { firstPaint, complete, movements, heap } = await measurePage(served.url);
    say('first paint', `${firstPaint.toFixed(0)} ms after the page was asked for`);
    say('all tiles of it', `${complete.toFixed(0)} ms`);
    for (const [name, times] of Object.entries(movements)) {
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
      say(name, `median ${at(0.5).toFixed(1)} ms, 99 % ${at(0.99).toFixed(1)} ms a frame`);
    }
    say('fetched', `${mb(served.sent.bytes)} in ${served.sent.requests} requests`);
    say('JavaScript heap', mb(heap));
    say('load average', loadAverage());
  } finally {
    await served.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function say(name, value) {
  console.log(`${name.padEnd(34)}${value}`);
}

function count(number) {
  return number.toLocaleString('en-GB');
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
