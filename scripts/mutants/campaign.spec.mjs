import { controllerMutants, hostMutants } from '@fenceline/reference';
import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.mjs';
import { isClean, runCampaign } from './campaign.mjs';
import { casesOf } from './cases.mjs';
import { readScenario, scenarioNames, scenarioText } from './library.mjs';
import { formatCampaign } from './show.mjs';
import { simulate } from './simulate.mjs';

const wrong = { wrong: 'does it wrong', rule: 'no-early-retry', blame: 'host' };
const one = {
  ...wrong,
  side: 'host',
  name: 'hasty',
  scenario: 'lost',
  mutants: { host: 'hasty', node: null },
};
const pass = { verdict: 'pass', asExpected: true, deviations: [], findings: [] };
const violation = (...findings) => ({
  verdict: 'violation',
  asExpected: false,
  deviations: ['no-early-retry is violated'],
  findings: findings.map(([rule, blame]) => ({ rule, blame })),
});
const amount = { seeds: 2, patience: 3 };

/** The mutant gives `results` seed by seed, the correct pair `correct`. */
function campaignOf(results, correct = pass) {
  const perform = ({ seed, mutants }) =>
    Promise.resolve(mutants.host === null ? correct : results[seed - 1]);
  return runCampaign([one], ['lost'], amount, perform, () => undefined);
}

describe('a campaign', () => {
  it.each([
    ['in its first seed', [violation(['no-early-retry', 'host'])], { caught: true, seed: 1 }],
    [
      'in a later one',
      [pass, pass, violation(['no-early-retry', 'host'])],
      { caught: true, seed: 3 },
    ],
    [
      'not by another rule',
      Array(3).fill(violation(['final-image', 'host'])),
      { caught: false, why: 'not found by no-early-retry' },
    ],
    [
      'not where somebody else is blamed as well',
      [violation(['no-early-retry', 'host'], ['final-image', 'target'])],
      { caught: false, why: 'final-image blames the target' },
    ],
    [
      'not where the verdict is no violation',
      Array(3).fill({ ...violation(['no-early-retry', 'host']), verdict: 'inconclusive' }),
      { caught: false },
    ],
  ])('finds a mutant %s', async (_, results, expected) => {
    const campaign = await campaignOf(results);
    expect(campaign.hunts[0]).toMatchObject(expected);
    expect(isClean(campaign)).toBe(expected.caught);
    const sum = `caught ${expected.caught ? 1 : 0}/1, false alarms 0/2\n`;
    expect(formatCampaign(campaign).endsWith(sum)).toBe(true);
  });

  it('counts every run of the correct pair that is not as expected, and names it', async () => {
    const found = violation(['no-early-retry', 'host']);
    const campaign = await campaignOf([found], found);
    expect(campaign.alarms).toHaveLength(2);
    expect(isClean(campaign)).toBe(false);
    expect(formatCampaign(campaign)).toContain(
      'false alarm: lost, seed 2: no-early-retry is violated\ncaught 1/1, false alarms 2/2\n',
    );
  });

  it('tells how far it is', async () => {
    const told = [];
    const perform = ({ seed }) =>
      Promise.resolve(seed < 3 ? pass : violation(['no-early-retry', 'host']));
    await runCampaign([one], [], amount, perform, (done, planned) => told.push([done, planned]));
    expect(told.at(-1)).toEqual([3, 3]);
  });

  it.each([
    [[], { seeds: 200, patience: 20, qemu: false, problem: null }],
    [['--qemu'], { seeds: 1, patience: 1, qemu: true }],
    [['--seeds', '7', '--json'], { seeds: 7, json: true }],
    [['--seeds', '0'], { problem: '--seeds takes a whole number from 1 on.' }],
    [['--fast'], { problem: expect.stringContaining('--fast is not known') }],
  ])('is asked for with %j', (argv, expected) => {
    expect(parseArguments(argv, 2)).toMatchObject(expected);
  });
});

describe('the library of scenarios', () => {
  it('makes the hosts or the nodes of a scenario mutants, and nothing else', () => {
    const text = scenarioText('source-lost', { host: 'old-cirn', node: null });
    const { hosts, nodes } = readScenario('source-lost', text);
    expect(hosts.map(({ initiator }) => initiator.mutant)).toEqual(['old-cirn']);
    expect(nodes.map(({ target }) => target.mutant)).toEqual([null, null, null]);
    const array = scenarioText('source-lost', { host: null, node: 'same-cirn' });
    const mutants = readScenario('source-lost', array).nodes.map(({ target }) => target.mutant);
    expect(mutants).toEqual(['same-cirn', 'same-cirn', 'same-cirn']);
  });

  it('has a scenario for every mutant, and no mutant that there is not', () => {
    const names = new Set(scenarioNames());
    const cases = casesOf(hostMutants, controllerMutants);
    expect(cases.filter(({ scenario }) => !names.has(scenario))).toEqual([]);
    expect(() => casesOf([{ ...wrong, name: 'other' }], controllerMutants)).toThrow(
      'there is no host mutant',
    );
    expect(() => casesOf([...hostMutants, { ...wrong, name: 'other' }], [])).toThrow(
      'no scenario shows the host mutant other',
    );
  });
});

describe('the oracle', () => {
  it('finds every mutant, blames nobody else, and accuses the correct pair of nothing', async () => {
    const cases = casesOf(hostMutants, controllerMutants);
    const few = { seeds: 2, patience: 3 };
    const campaign = await runCampaign(cases, scenarioNames(), few, simulate, () => undefined);
    expect(campaign.hunts.filter(({ caught }) => !caught)).toEqual([]);
    expect(campaign.alarms).toEqual([]);
  }, 120_000);
});
