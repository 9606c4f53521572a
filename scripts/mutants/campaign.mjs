const correct = { host: null, node: null };

/**
 * Looks for every mutant until it is found, and then for alarms that the correct pair raises.
 *
 * @param cases see `casesOf`
 * @param scenarios names of those that the correct pair goes through
 * @param options `seeds` of each scenario with the correct pair, `patience`: seeds after which a mutant counts as missed
 * @param perform runs a trial, `{ scenario, seed, mutants }`; may be called many times at once
 * @param told called with how many trials are done of how many, as far as is known
 */
export async function runCampaign(cases, scenarios, { seeds, patience }, perform, told) {
  let done = 0;
  let planned = cases.length + scenarios.length * seeds;
  const tried = async (trial) => {
    const result = await perform(trial);
    told(++done, planned);
    return result;
  };
  const hunts = await Promise.all(
    cases.map((one) =>
      hunt(one, patience, (trial) => {
        if (trial.seed > 1) planned++;
        return tried(trial);
      }),
    ),
  );
  const alarms = [];
  const trials = scenarios.flatMap((scenario) =>
    Array.from({ length: seeds }, (_, index) => ({ scenario, seed: index + 1, mutants: correct })),
  );
  await Promise.all(
    trials.map(async (trial) => {
      const result = await tried(trial);
      if (!result.asExpected) alarms.push({ ...trial, ...result });
    }),
  );
  return { hunts, alarms, trials: trials.length };
}

/** Runs a mutant's scenario, seed by seed, until its rule finds it. */
async function hunt(one, patience, perform) {
  const { scenario, mutants, rule, blame } = one;
  const innocent = new Set(['host', 'target'].filter((side) => !isGuilty(side, mutants)));
  const seen = new Set();
  for (let seed = 1; seed <= patience; seed++) {
    const { verdict, findings } = await perform({ scenario, seed, mutants });
    for (const it of findings) seen.add(it.rule);
    const wrong = findings.find((it) => innocent.has(it.blame));
    if (wrong !== undefined) {
      return {
        ...one,
        seed,
        caught: false,
        why: `${wrong.rule} blames the ${wrong.blame}`,
        seen: [...seen],
      };
    }
    const found = findings.some((it) => it.rule === rule && it.blame === blame);
    if (found && verdict === 'violation')
      return { ...one, seed, caught: true, why: null, seen: [...seen] };
  }
  return { ...one, seed: null, caught: false, why: `not found by ${rule}`, seen: [...seen] };
}

function isGuilty(side, { host, node }) {
  return (side === 'host' ? host : node) !== null;
}

/** Whether every mutant was caught and nobody accused falsely. */
export function isClean({ hunts, alarms }) {
  return alarms.length === 0 && hunts.every(({ caught }) => caught);
}
