/** Tiers of tests beyond the default one, each a folder under test/. */
export const longerTiers = ['lab', 'web', 'long'];

/**
 * @param {string[]} args
 * @returns {{ yes: boolean, tier: string | null, problem: string | null }}
 */
export function parseArguments(args) {
  const given = { yes: false, tier: null, problem: null };
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index];
    if (argument === '--yes' || argument === '-y') {
      given.yes = true;
    } else if (argument === '--tier' && longerTiers.includes(args[index + 1])) {
      given.tier = args[(index += 1)];
    } else {
      given.problem = `Unknown argument ${argument}: known are --yes and --tier ${longerTiers.join('|')}. To run some specs alone: npx vitest run PATH`;
    }
  }
  return given;
}
