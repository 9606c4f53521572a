/**
 * How much faster than real time a simulated lab runs: the scenario of the demonstration, one seed after the other in
 * one process, its recording kept in memory; and the same sealed and judged.
 *
 *   npm run bench:simulated                      (builds first)
 *   npm run bench:simulated -- --runs 500
 *
 * Real time is the time that passed on the lab's clock, from its beginning to the end of its recording. Prints medians
 * after some runs to warm up. Exits 1 when a lab is less than 1,000 times as fast as real time.
 */
import { readFile } from 'node:fs/promises';
import { parseScenario } from '@fenceline/contracts';
import { judgeOpened } from '@fenceline/judge';
import { makePlan, runSimulatedLab } from '@fenceline/lab';
import { loadAverage } from './measure-process.mjs';
import { median } from './median.mjs';

const SCENARIO = new URL('../../scenarios/stuck-write.yaml', import.meta.url);
const WARM_UP = 50;
const WANTED = 1000;
const NS_PER_MS = 1e6;

const asked = process.argv.indexOf('--runs');
const runs = asked === -1 ? 200 : Number(process.argv[asked + 1]);
const scenarioText = await readFile(SCENARIO, 'utf8');
const { scenario } = parseScenario(scenarioText, SCENARIO.pathname);

async function runOnce(seed) {
  const plan = makePlan(scenario, seed);
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const { end, evidence } = await runSimulatedLab({ plan, scenarioText, fencelineVersion: '0' });
  const labMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (end.outcome !== 'recorded') throw new Error(end.message);
  const reader = evidence.reader(`seed ${seed}`);
  const { verdict } = await judgeOpened(reader);
  const wholeMs = performance.now() - begin;
  if (!verdict.asExpected) throw new Error(`seed ${seed}: ${verdict.verdict}`);
  const { events } = await reader.timeline();
  const clockMs = events.at(-1).t / NS_PER_MS;
  return { labMs, labCpuMs: (user + system) / 1000, wholeMs, clockMs };
}

const measured = [];
for (let seed = 1; seed <= WARM_UP + runs; seed++) {
  const run = await runOnce(seed);
  if (seed > WARM_UP) measured.push(run);
}

const line = (what, ms, factor) =>
  console.log(
    `${what.padEnd(28)} ${ms.toFixed(1).padStart(8)} ms  ${factor.toFixed(0).padStart(6)} x real time`,
  );
const by = (key) => ({
  ms: median(measured.map((run) => run[key])),
  factor: median(measured.map((run) => run.clockMs / run[key])),
});
console.log(`${runs} seeds of stuck-write, load average ${loadAverage()}`);
line("time on the lab's clock", median(measured.map(({ clockMs }) => clockMs)), 1);
const lab = by('labMs');
line('lab, recorded in memory', lab.ms, lab.factor);
const cpu = by('labCpuMs');
line('the same, processor time', cpu.ms, cpu.factor);
const whole = by('wholeMs');
line('sealed and judged as well', whole.ms, whole.factor);
if (lab.factor < WANTED) {
  console.error(`less than ${WANTED} times real time`);
  process.exitCode = 1;
}
