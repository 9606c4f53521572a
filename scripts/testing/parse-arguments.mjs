import { tiers } from './tiers.mjs';

const names = [...tiers.map(({ name }) => name), 'all'];

/**
 * @param {string[]} args
 * @returns {{ yes: boolean, tiers: import('./tiers.mjs').Tier[], problem: string | null }}
 */
export function parseArguments(args) {
  let yes = false;
  let tier = 'test';
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index];
    if (argument === '--yes' || argument === '-y') {
      yes = true;
    } else if (argument === '--tier' && names.includes(args[index + 1])) {
      tier = args[(index += 1)];
    } else {
      const problem = `Unknown argument ${argument}: known are --yes and --tier ${names.join('|')}. To run some specs alone: npx vitest run PATH`;
      return { yes, tiers: [], problem };
    }
  }
  return { yes, tiers: tiers.filter(({ name }) => tier === 'all' || name === tier), problem: null };
}
