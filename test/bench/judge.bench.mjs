/**
 * `fenceline judge` on evidence of 0.1, 1 and 4 million commands, which a generator writes: a failover with
 * retries, reads, eight jobs, both paths. Needs some 9 GB for temporary files, and some minutes.
 *
 *   npm run bench:judge                          (builds first)
 *   npm run bench:judge -- --commands 100000,1000000      other numbers of commands
 *
 * Prints for each the time of the whole command, the time of its phases, memory and µs for a command; and what
 * tshark takes merely to read the same captures of the smallest. Exits 1 when judging a million decoded commands (join,
 * seal and rules) takes 10 s or more, when a command takes over 1.3 times as long as in a smaller run, or when a verdict
 * is not pass.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateEvidence } from './judge/generate-evidence.mjs';
import { loadAverage, measureProcess } from './measure-process.mjs';

const SIZES = [100_000, 1_000_000, 4_000_000];
const MILLION = 1_000_000;
const WANTED_SECONDS_A_MILLION = 10;
const WANTED_GROWTH = 1.3;
/** Node's own limit of the heap does not hold four million commands. */
const HEAP_MB = 12_000;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const asked = process.argv.indexOf('--commands');
const sizes = asked === -1 ? SIZES : process.argv[asked + 1].split(',').map(Number);
const root = await mkdtemp(join(tmpdir(), 'fenceline-bench-'));

async function measureJudge(dir) {
  const heap = `--max-old-space-size=${HEAP_MB}`;
  const output = join(root, 'judge.out');
  const judge = [heap, here('../../fenceline'), 'judge', '--json', dir];
  const whole = await measureProcess(process.execPath, judge, { output, mayEndWith: [1, 2] });
  const { verdict } = JSON.parse(readFileSync(output, 'utf8'));
  const script = here('./judge/judge-phases.mjs');
  const phases = JSON.parse(execFileSync(process.execPath, [heap, script, dir]));
  return { ...whole, verdict, phases };
}

async function measureTshark(dir) {
  const output = join(root, 'tshark.out');
  const fields = ['frame.number', 'frame.time_epoch', 'nvme.cmd.opc', 'nvme.cmd.slba'];
  let seconds = 0;
  for (const file of await readdir(join(dir, 'captures'))) {
    const args = ['-n', '-r', join(dir, 'captures', file), '-Y', 'nvme', '-T', 'fields'];
    const run = [...args, ...fields.flatMap((name) => ['-e', name])];
    seconds += (await measureProcess('tshark', run, { output })).seconds;
  }
  return seconds;
}

/** How much longer a command takes where there are more of them than in the quickest smaller run: 1 is linear. */
function growthOf(times) {
  const growths = times
    .slice(1)
    .map((time, index) => time / Math.min(...times.slice(0, index + 1)));
  return Math.max(1, ...growths);
}

const columns = [
  'commands',
  'MB',
  'whole',
  'decode',
  'join',
  'seal',
  'rules',
  'CPU',
  'memory',
  'each',
];
const row = (cells) => console.log(cells.map((cell) => String(cell).padStart(10)).join(''));
const s = (seconds) => `${seconds.toFixed(2)} s`;

const each = [];
let failed = false;
try {
  console.log(`load average ${loadAverage()} before`);
  row(columns);
  for (const [index, size] of sizes.entries()) {
    const dir = join(root, 'evidence');
    const { commands, bytes } = await generateEvidence(dir, size);
    const { verdict, seconds, cpuSeconds, memory, phases } = await measureJudge(dir);
    const { decode, join: joined, seal, rules } = phases;
    each.push((seconds / commands) * 1e6);
    row([
      commands,
      (bytes / 1e6).toFixed(0),
      s(seconds),
      ...[decode, joined, seal, rules, cpuSeconds].map(s),
      `${(memory / 1e6).toFixed(0)} MB`,
      `${each.at(-1).toFixed(1)} µs`,
    ]);
    failed ||= verdict !== 'pass';
    if (verdict !== 'pass') console.log(`the verdict is ${verdict}, expected was pass`);
    // Decoding has a benchmark of its own, beside a peer.
    if (size === MILLION) failed ||= joined + seal + rules >= WANTED_SECONDS_A_MILLION;
    if (index === 0) {
      const tshark = await measureTshark(dir);
      const peer = ((tshark / commands) * 1e6).toFixed(1);
      console.log(`tshark reads the captures of these in ${s(tshark)}, ${peer} µs for a command`);
    }
    await rm(dir, { recursive: true });
  }
  const growth = growthOf(each);
  console.log(
    `a command takes at most ${growth.toFixed(2)} times as long as where there are fewer (wanted: ${WANTED_GROWTH})`,
  );
  console.log(`load average ${loadAverage()} after`);
  process.exitCode = failed || growth > WANTED_GROWTH ? 1 : 0;
} finally {
  await rm(root, { recursive: true, force: true });
}
