import { EXIT_ERROR } from './setup.mjs';
import { parseArguments } from './testing/parse-arguments.mjs';
import { runTier } from './testing/run-tier.mjs';
import { timeText } from './testing/time-text.mjs';

/** Runs something, and says at its end how long it took and what was counted, the latter as the very last line. */
async function report(command, work) {
  const startedAt = performance.now();
  const result = await work();
  process.stdout.write(
    `${command}: ${timeText(performance.now() - startedAt)}\n${result.passed} passed, ${result.failed} failed\n`,
  );
  return result;
}

/** Runs tiers one after the other, whatever becomes of each. */
async function runAll(tiers, options) {
  const sum = { passed: 0, failed: 0, fit: true };
  for (const tier of tiers) {
    const { passed, failed, fit } = await report(tier.command, () => runTier(tier, options));
    sum.passed += passed;
    sum.failed += failed;
    sum.fit &&= fit;
  }
  return sum;
}

async function main() {
  const { problem, tiers, yes } = parseArguments(process.argv.slice(2));
  if (problem !== null) {
    process.stderr.write(`${problem}\n`);
    return 64;
  }
  const run = () => runAll(tiers, { yes });
  const { failed, fit } = tiers.length === 1 ? await run() : await report('npm run test:all', run);
  if (!fit) return EXIT_ERROR;
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
