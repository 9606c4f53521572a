/**
 * `fenceline decode` beside `tshark -T fields`: the same fields of the same capture of 600 MB, which a generator
 * writes, in alternating runs, median of five.
 *
 *   npm run bench:decode        (builds first; -- --runs N --megabytes N for other numbers)
 *
 * Each is measured from its start to its end: the shorter the capture, the more the start of Node.js counts.

 * Prints both times, the ratio (tshark / ours) and the most memory that ours took; exits 1 when the ratio is
 * below 20 or the memory above 256 MB. The ratio of processor times is beside it: what else the machine does
 * changes that less.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generateCapture } from './decode/generate-capture.mjs';
import { loadAverage, measureProcess } from './measure-process.mjs';
import { median } from './median.mjs';

const MEGABYTES = 600;
const RUNS = 5;
const WANTED_RATIO = 20;
const MOST_MEMORY = 256 * 1000 * 1000;

const fenceline = fileURLToPath(new URL('../../fenceline', import.meta.url));
/** What a row of ours has: time, connection, command, answer, latency. */
const fields = [
  'frame.number',
  'frame.time_epoch',
  'ip.src',
  'tcp.srcport',
  'ip.dst',
  'tcp.dstport',
  'nvme.cmd.opc',
  'nvme.cmd.cid',
  'nvme.cmd.nsid',
  'nvme.cmd.slba',
  'nvme.cmd.nlb',
  'nvme.cmd.sgl1.len',
  'nvme.cqe.cid',
  'nvme.cqe.status',
  'nvme.cmd_latency',
];

const tools = {
  fenceline: (file) => [process.execPath, [fenceline, 'decode', '--csv', file]],
  tshark: (file) => [
    'tshark',
    // Only what NVMe is in: tshark at its best.
    ['-n', '-r', file, '-Y', 'nvme', '-T', 'fields', ...fields.flatMap((name) => ['-e', name])],
  ],
};

const linesOf = (file) => readFileSync(file, 'latin1').split('\n').length - 1;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: `${RUNS}` },
    megabytes: { type: 'string', default: `${MEGABYTES}` },
  },
});
const runs = Number(values.runs);
const folder = await mkdtemp(join(tmpdir(), 'fenceline-bench-'));
try {
  const file = join(folder, 'capture.pcap');
  const output = (tool) => join(folder, `${tool}.out`);
  const made = await generateCapture(file, Number(values.megabytes) * 1e6);
  console.log(
    `${(made.bytes / 1e6).toFixed(0)} MB, ${made.frames} frames, ${made.commands} commands; medians of ${runs} alternating runs; load average ${loadAverage()} before`,
  );
  const results = { fenceline: [], tshark: [] };
  for (let run = 0; run < runs; run++) {
    for (const tool of run % 2 === 0 ? ['fenceline', 'tshark'] : ['tshark', 'fenceline']) {
      const [command, args] = tools[tool](file);
      results[tool].push(await measureProcess(command, args, { output: output(tool) }));
    }
  }
  const rows = linesOf(output('fenceline')) - 1;
  if (rows !== made.commands) throw new Error(`${rows} rows of ${made.commands} commands`);

  const middle = (tool, field) => median(results[tool].map((result) => result[field]));
  const ratio = (field) => middle('tshark', field) / middle('fenceline', field);
  const memory = Math.max(...results.fenceline.map((result) => result.memory));
  const line = (name, text) => console.log(`${name.padEnd(12)}${text}`);
  for (const tool of ['tshark', 'fenceline']) {
    const [seconds, cpu] = [middle(tool, 'seconds'), middle(tool, 'cpuSeconds')];
    line(tool, `${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s of processor time`);
  }
  line(
    'ratio',
    `${ratio('seconds').toFixed(1)} (wanted: ${WANTED_RATIO}), of processor times ${ratio('cpuSeconds').toFixed(1)}`,
  );
  line('memory', `${(memory / 1e6).toFixed(0)} MB (at most: ${MOST_MEMORY / 1e6} MB)`);
  line('load', `${loadAverage()} after`);
  process.exitCode = ratio('seconds') >= WANTED_RATIO && memory <= MOST_MEMORY ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
