import { build, nxEnvironment, root, setUp, SetupStop } from '../setup.mjs';
import { runStep, StepError } from '../setup/steps.mjs';
import { runSpecs } from './run-specs.mjs';

/**
 * Runs a tier: set-up, build, checks, specs. What fails is counted, and what does not need it goes on.
 *
 * @param {import('./tiers.mjs').Tier} tier
 * @param {{ yes: boolean }} options
 * @returns {Promise<{ passed: number, failed: number, fit: boolean }>} `fit`: the machine has what the tier needs
 */
export async function runTier(tier, options) {
  const total = { passed: 0, failed: 0 };
  const count = ({ passed, failed }) => {
    total.passed += passed;
    total.failed += failed;
  };
  if (!(await succeeds(() => setUp(tier.purpose, options)))) {
    return { passed: 0, failed: 1, fit: false };
  }
  const stage = async (work) =>
    count((await succeeds(work)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  await stage(build);
  await twoAtATime(tier.checks, ({ title, argv }) =>
    stage(() => runStep(title, argv, { cwd: root, env: nxEnvironment, showLines: 200 })),
  );
  count(await runSpecs(tier.name));
  return { ...total, fit: true };
}

/** Does something with each of a list, in their order; each keeps one core busy. */
async function twoAtATime(list, work) {
  const left = [...list];
  const next = async () => {
    while (left.length > 0) await work(left.shift());
  };
  await Promise.all([next(), next()]);
}

/** Whether something comes to its end; why it does not is said. */
async function succeeds(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof StepError || error instanceof SetupStop)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}
