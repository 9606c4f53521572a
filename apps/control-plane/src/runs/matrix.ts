import { guestsOf, type LabDriverName, type Scenario } from '@fenceline/contracts';
import { runJobLimit, type NewRun, type Pinned, type Seeds } from '@fenceline/contracts/api';
import { Problem } from '../http/problem.js';
import type { PinnedKernel, WantedGuest } from './registered-kernels.js';
import { labNeeds, type LabNeeds } from './lab-needs.js';

/** A scenario of a run, read. */
export interface RunScenario {
  hash: string;
  scenario: Scenario;
}

/** One scenario with one kernel: what all its seeds and repeats have in common. */
export interface Variant {
  scenarioHash: string;
  scenarioName: string;
  /** Null: as the scenario says. */
  kernel: string | null;
  pinned: readonly Pinned[];
  needs: LabNeeds;
}

/**
 * How many jobs the matrix has.
 *
 * @throws Problem `too-many-jobs` that names the product
 */
export function countJobs({ scenarios, kernels, seeds, repeats }: NewRun): number {
  const factors: [number, string][] = [
    [scenarios.length, 'scenarios'],
    [Math.max(kernels.length, 1), 'kernels'],
    [Array.isArray(seeds) ? seeds.length : seeds.count, 'seeds'],
    [repeats, 'repeats'],
  ];
  const jobs = factors.reduce((product, [count]) => product * count, 1);
  if (jobs > runJobLimit) {
    const product = factors.map(([count, what]) => `${count} ${what}`).join(' × ');
    throw new Problem(
      'too-many-jobs',
      `${product} are ${jobs} jobs; a run has at most ${runJobLimit}.`,
      { mend: 'Submit it as several runs, or with fewer seeds or repeats.' },
    );
  }
  return jobs;
}

export function listSeeds(seeds: Seeds): number[] {
  if (Array.isArray(seeds)) return seeds;
  return Array.from({ length: seeds.count }, (_, index) => seeds.from + index);
}

/** The kernels of a scenario's VMs, each once with each role that it has; `kernel`, if any, takes the place of all. */
export function wantedGuests(scenario: Scenario, kernel: string | null): WantedGuest[] {
  const wanted = new Map<string, WantedGuest>();
  for (const guest of guestsOf(scenario)) {
    const one = { kernel: kernel ?? guest.kernel, role: guest.role };
    wanted.set(`${one.kernel} ${one.role}`, one);
  }
  return [...wanted.values()];
}

/** The kernels and images that guests boot. */
function pinnedFor(
  wanted: readonly WantedGuest[],
  pins: ReadonlyMap<string, PinnedKernel>,
): Pinned[] {
  const names = [...new Set(wanted.map(({ kernel }) => kernel))];
  return names.flatMap((name) => {
    const { kernel, images } = pins.get(name)!;
    const roles = wanted.filter((one) => one.kernel === name).map(({ role }) => role);
    return [kernel, ...roles.map((role) => images.get(role)!)];
  });
}

/** Scenarios × kernels. `pins` has what each kernel's name stands for; a simulated lab needs none. */
export function variantsOf(
  scenarios: readonly RunScenario[],
  {
    kernels,
    driver,
    wants,
  }: { kernels: readonly string[]; driver: LabDriverName } & Pick<NewRun, 'wants'>,
  pins: ReadonlyMap<string, PinnedKernel>,
): Variant[] {
  return scenarios.flatMap(({ hash, scenario }) =>
    (kernels.length === 0 ? [null] : kernels).map((kernel) => ({
      scenarioHash: hash,
      scenarioName: scenario.name,
      kernel,
      pinned: driver === 'simulated' ? [] : pinnedFor(wantedGuests(scenario, kernel), pins),
      needs: labNeeds(scenario, driver, wants),
    })),
  );
}
