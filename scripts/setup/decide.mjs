/**
 * What the set-up has to do, decided from what was found and without touching anything.
 *
 * @typedef {import('./requirements.mjs').Requirement} Requirement
 *
 * @typedef {object} Facts
 * @property {Requirement[]} missing packages whose command is not there
 * @property {boolean} hasApt whether this is a Debian (or a kin) at all
 * @property {number | null} listsAgeHours age of apt's package lists; null when there are none
 * @property {boolean} mayInstall root, or sudo without a password
 * @property {boolean} hasSudo whether sudo is installed at all
 * @property {string | null} whyNpm why `npm ci` is needed; null when it is not
 *
 * @typedef {object} Decision
 * @property {string | null} stop what to tell when the set-up cannot go on
 * @property {string[]} install Debian packages
 * @property {boolean} update whether the package lists are to be fetched first: for what is installed, and for what
 *   the guest images are unpacked from
 * @property {boolean} updateMayFail whether to go on when that fails, because what is needed may be cached
 * @property {string | null} npm why `npm ci` runs; null when it does not
 */

/** Lists older than this name versions that the mirrors may have dropped. */
const listsTooOldHours = 24;

/**
 * @param {Facts} facts
 * @returns {Decision}
 */
export function decide(facts) {
  const install = facts.missing.map((requirement) => requirement.package);
  const old = facts.listsAgeHours === null || facts.listsAgeHours > listsTooOldHours;
  return {
    stop: install.length > 0 ? whyStop(facts, install) : null,
    install,
    update: old && facts.hasApt && facts.mayInstall,
    updateMayFail: install.length === 0,
    npm: facts.whyNpm,
  };
}

/**
 * @param {Facts} facts
 * @param {string[]} install
 */
function whyStop(facts, install) {
  const what = facts.missing.map((one) => `  ${one.package} (${one.why})`).join('\n');
  if (!facts.hasApt) {
    return `These are missing, and this machine has no apt-get to install them with:\n${what}\nInstall what provides the commands ${facts.missing.map((one) => one.command).join(', ')}, then start again.`;
  }
  if (!facts.mayInstall) {
    return `These Debian packages are missing:\n${what}\nInstalling them needs root. An administrator must run:\n\n  ${administratorCommand(install, facts.hasSudo)}\n\nThen start again.`;
  }
  return null;
}

/**
 * The one command that installs what is missing, for somebody who may.
 *
 * @param {string[]} packages
 * @param {boolean} hasSudo
 */
export function administratorCommand(packages, hasSudo) {
  const asRoot = hasSudo ? 'sudo sh -c' : 'su - -c';
  return `${asRoot} 'apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')}'`;
}

/**
 * Whether to ask before installing: only somebody at a terminal can answer.
 *
 * @param {{ yes: boolean, ci: boolean, terminal: boolean }} given
 */
export function mustAsk(given) {
  return given.terminal && !given.yes && !given.ci;
}
