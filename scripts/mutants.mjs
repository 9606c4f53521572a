/**
 * Whether the oracle finds every mutant of the reference host and controller, and accuses the correct pair of nothing:
 *
 *   npm run mutants                          (builds first)
 *   npm run mutants -- --seeds 20            the correct pair with so many seeds of each scenario; 200 without
 *   npm run mutants -- --qemu                each once, in VMs
 *
 * Prints a table; with --json one object instead. Ends with `caught n/n, false alarms 0/m`. Exits 0 when that is so,
 * 1 when not, 3 when it was stopped, 64 when it was called wrongly.
 */
import { availableParallelism } from 'node:os';
import { controllerMutants, hostMutants } from '@fenceline/reference';
import { parseArguments } from './mutants/arguments.mjs';
import { isClean, runCampaign } from './mutants/campaign.mjs';
import { casesOf } from './mutants/cases.mjs';
import { scenarioNames } from './mutants/library.mjs';
import { SimulationPool } from './mutants/pool.mjs';
import { showProgress } from './mutants/progress.mjs';
import { runInVms } from './mutants/qemu.mjs';
import { formatCampaign } from './mutants/show.mjs';

const options = parseArguments(process.argv.slice(2), availableParallelism());
if (options.problem === null) {
  process.exitCode = await main(options);
} else {
  process.stderr.write(`${options.problem}\n`);
  process.exitCode = 64;
}

async function main({ qemu, json, threads, ...amount }) {
  const cases = casesOf(hostMutants, controllerMutants);
  const progress = showProgress(process.stderr);
  const stop = qemu ? stopSignal() : null;
  const perform = stop === null ? null : inTurn((trial) => runInVms(trial, stop));
  const pool = qemu ? null : new SimulationPool(threads);
  try {
    const campaign = await runCampaign(
      cases,
      scenarioNames(),
      amount,
      perform ?? ((trial) => pool.run(trial)),
      progress.told,
    );
    progress.end();
    process.stdout.write(json ? `${JSON.stringify(campaign)}\n` : formatCampaign(campaign));
    return isClean(campaign) ? 0 : 1;
  } catch (error) {
    if (stop?.aborted !== true) throw error;
    process.stderr.write('\nStopped: nothing was judged.\n');
    return 3;
  } finally {
    await pool?.close();
  }
}

/** Aborted by Ctrl-C and its like. */
function stopSignal() {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop.abort());
  return stop.signal;
}

/** VMs of two labs would disturb each other. */
function inTurn(run) {
  let last = Promise.resolve();
  return (trial) => (last = last.then(() => run(trial)));
}
