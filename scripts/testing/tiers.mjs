/**
 * A tier of tests: what one command runs.
 *
 * @typedef {{ title: string, argv: string[] }} Check a command that passes or fails as a whole
 *
 * @typedef {object} Tier
 * @property {string} name the mode of Vitest that has its specs
 * @property {string} command how it is called
 * @property {import('../setup/requirements.mjs').Purpose} purpose what the machine must have for it
 * @property {Check[]} checks what is checked beside the specs, the longest first; each counts as one test
 */

const generatedPages = {
  title: 'generated pages are current',
  argv: ['node', 'scripts/docs.mjs', '--check'],
};

/**
 * The tiers in the order in which `npm run test:all` has them: the quick ones first.
 *
 * @type {Tier[]}
 */
export const tiers = [
  { name: 'docs', command: 'npm run test:docs', purpose: 'test', checks: [generatedPages] },
  {
    name: 'test',
    command: 'npm test',
    purpose: 'test',
    checks: [
      { title: 'lint', argv: ['npx', '--no', '--', 'eslint', '.'] },
      {
        title: 'types of the specs',
        argv: ['npx', '--no', '--', 'tsc', '-p', 'tsconfig.eslint.json'],
      },
      { title: 'formatting', argv: ['npx', '--no', '--', 'prettier', '--check', '.'] },
      generatedPages,
    ],
  },
  { name: 'web', command: 'npm run test:web', purpose: 'test', checks: [] },
  { name: 'lab', command: 'npm run test:lab', purpose: 'test', checks: [] },
  { name: 'long', command: 'npm run test:long', purpose: 'test', checks: [] },
];
