import { judgeOpened } from '@fenceline/judge';
import { makePlan, runSimulatedLab } from '@fenceline/lab';
import { readScenario, scenarioText } from './library.mjs';

/**
 * Runs a scenario with one seed on virtual time and judges it.
 *
 * @param trial `{ scenario, seed, mutants }`
 * @returns what `resultOf` gives
 * @throws Error where the lab did not come to its end
 */
export async function simulate({ scenario, seed, mutants }) {
  const text = scenarioText(scenario, mutants);
  const plan = makePlan(readScenario(scenario, text), seed);
  const request = { plan, scenarioText: text, fencelineVersion: '0.0.0' };
  const { end, evidence } = await runSimulatedLab(request);
  if (end.outcome !== 'recorded') throw new Error(`${scenario}, seed ${seed}: ${end.message}`);
  const { verdict, shortfalls } = await judgeOpened(evidence.reader(scenario));
  return resultOf(
    verdict,
    shortfalls.map(({ reason }) => reason),
  );
}

/** What is looked at of a verdict: whether it is as expected, and which rules blame whom. */
export function resultOf({ verdict, asExpected, findings }, deviations) {
  const found = new Map(findings.map(({ rule, blame }) => [`${rule} ${blame}`, { rule, blame }]));
  return { verdict, asExpected, deviations, findings: [...found.values()] };
}
