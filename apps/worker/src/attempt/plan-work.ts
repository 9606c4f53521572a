import { parseScenario, type Plan } from '@fenceline/contracts';
import type { Work } from '@fenceline/contracts/api';
import { makePlan, withKernel } from '@fenceline/lab';

/**
 * The plan of an attempt: a pure function of its scenario, kernel and seed.
 *
 * @throws Error where this worker does not understand the scenario
 */
export function planWork({ scenario, kernel, seed }: Work): Plan {
  const parsed = parseScenario(scenario.text, `${scenario.name}.yaml`);
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ message }) => message).join('; ');
    throw new Error(
      `The scenario is not valid for this worker, which may be older than the service: ${problems}`,
    );
  }
  return makePlan(kernel === null ? parsed.scenario : withKernel(parsed.scenario, kernel), seed);
}
