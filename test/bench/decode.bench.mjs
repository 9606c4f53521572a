/**
 * `fenceline decode` beside `tshark -T fields`: the same fields of the same capture of more than 200 MB, which a
 * generator writes, in alternating runs, median of three.
 *
 *   npm run bench:decode        (builds first; --runs N for another number of runs)
 *
 * Prints both times, the ratio (tshark / ours) and the most memory that ours took; exits 1 when the ratio is
 * below 20 or the memory above 256 MB. Each process is measured from its start to its end, as a user waits for it.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { generateCapture } from './decode/generate-capture.mjs';

const CAPTURE_BYTES = 210 * 1000 * 1000;
const WANTED_RATIO = 20;
const MOST_MEMORY = 256 * 1000 * 1000;
const LOOK_EVERY_MS = 10;

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

/** Runs a tool with its output in a file: seconds, and the most memory it had in bytes. */
async function measure(tool, file, folder) {
  const [command, args] = tools[tool](file);
  const output = await open(join(folder, `${tool}.out`), 'w');
  try {
    const begin = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', output.fd, 'ignore'] });
    let memory = 0;
    const look = setInterval(() => (memory = Math.max(memory, peakOf(child.pid))), LOOK_EVERY_MS);
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    }).finally(() => clearInterval(look));
    if (code !== 0) throw new Error(`${tool} ended with exit code ${code}`);
    return { seconds: (performance.now() - begin) / 1000, memory };
  } finally {
    await output.close();
  }
}

/** The most memory that a process has had; 0 when it is gone. */
function peakOf(pid) {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return line === null ? 0 : Number(line[1]) * 1024;
  } catch {
    return 0;
  }
}

const linesOf = (folder, tool) =>
  readFileSync(join(folder, `${tool}.out`), 'latin1').split('\n').length - 1;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const asked = process.argv.indexOf('--runs');
const runs = asked === -1 ? 3 : Number(process.argv[asked + 1]);
const folder = await mkdtemp(join(tmpdir(), 'fenceline-bench-'));
try {
  const file = join(folder, 'capture.pcap');
  const made = await generateCapture(file, CAPTURE_BYTES);
  console.log(
    `${(made.bytes / 1e6).toFixed(0)} MB, ${made.frames} frames, ${made.commands} commands`,
  );
  const results = { fenceline: [], tshark: [] };
  for (let run = 0; run < runs; run++) {
    for (const tool of run % 2 === 0 ? ['fenceline', 'tshark'] : ['tshark', 'fenceline']) {
      results[tool].push(await measure(tool, file, folder));
    }
  }
  const rows = linesOf(folder, 'fenceline') - 1;
  if (rows !== made.commands) throw new Error(`${rows} rows of ${made.commands} commands`);
  const seconds = (tool) => median(results[tool].map((result) => result.seconds));
  const ratio = seconds('tshark') / seconds('fenceline');
  const memory = Math.max(...results.fenceline.map((result) => result.memory));
  console.log(`tshark     ${seconds('tshark').toFixed(2)} s`);
  console.log(
    `fenceline  ${seconds('fenceline').toFixed(2)} s, ${(memory / 1e6).toFixed(0)} MB of memory`,
  );
  console.log(`ratio      ${ratio.toFixed(1)} (wanted: ${WANTED_RATIO})`);
  process.exitCode = ratio >= WANTED_RATIO && memory <= MOST_MEMORY ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
