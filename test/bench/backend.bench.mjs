/**
 * The recording backend beside `nbdkit --filter=log memory`: the same writes over a Unix socket, memory
 * medium and a log of every request on both sides, alternating runs after a warm-up, median of five.
 *
 *   npm run bench:backend        (needs nbdkit: apt-get install nbdkit)
 *
 * Prints a table and the ratio (ours / nbdkit); exits 1 when a ratio is below 1.0.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './median.mjs';

const RUNS = 5;
const SIZE = 64 * 1024 * 1024;
/** A lab takes much longer than the warm-up, after which our code is compiled. */
const loads = [
  { name: '4 KiB writes, depth 16', bytes: 4096, depth: 16, requests: 200_000, warmUp: 50_000 },
  { name: '128 KiB writes, depth 16', bytes: 131_072, depth: 16, requests: 40_000, warmUp: 10_000 },
];

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const servers = {
  fenceline: (folder) => [
    process.execPath,
    [here('backend-server.mjs'), join(folder, 's'), join(folder, 'journal.fjl'), String(SIZE)],
  ],
  nbdkit: (folder) => [
    'nbdkit',
    [
      '--foreground',
      '--exit-with-parent',
      '-U',
      join(folder, 's'),
      '-e',
      'A',
      '--filter=log',
    ].concat(['memory', String(SIZE), `logfile=${join(folder, 'log')}`]),
  ],
};

/** Starts a server, measures one load against it, and ends it. Returns requests per second. */
async function measure(kind, load) {
  const folder = await mkdtemp(join(tmpdir(), 'fenceline-bench-'));
  const [command, args] = servers[kind](folder);
  const server = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', resolve);
  });
  try {
    for (let waited = 0; !existsSync(join(folder, 's')); waited += 20) {
      if (server.exitCode !== null || waited > 10_000) throw new Error(`${kind} did not start`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const output = await run(process.execPath, [
      here('backend-load.mjs'),
      join(folder, 's'),
      'A',
      ...[load.bytes, load.depth, load.requests, load.warmUp].map(String),
    ]);
    return load.requests / JSON.parse(output).seconds;
  } finally {
    server.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${args[0]} exited with ${code}`)),
    );
  });
}

if (spawnSync('nbdkit', ['--version']).error !== undefined) {
  console.error('nbdkit is missing, install it first: apt-get install nbdkit');
  process.exit(1);
}
let good = true;
console.log(
  `${'load'.padEnd(28)}${'fenceline/s'.padStart(14)}${'nbdkit/s'.padStart(14)}${'ratio'.padStart(8)}`,
);
for (const load of loads) {
  const rates = { fenceline: [], nbdkit: [] };
  for (let i = 0; i < RUNS; i++) {
    for (const kind of i % 2 === 0 ? ['fenceline', 'nbdkit'] : ['nbdkit', 'fenceline']) {
      rates[kind].push(await measure(kind, load));
    }
  }
  const [ours, theirs] = [median(rates.fenceline), median(rates.nbdkit)];
  const ratio = ours / theirs;
  good &&= ratio >= 1;
  console.log(
    `${load.name.padEnd(28)}${ours.toFixed(0).padStart(14)}${theirs.toFixed(0).padStart(14)}${ratio.toFixed(2).padStart(8)}`,
  );
}
process.exitCode = good ? 0 : 1;
