/**
 * Compares what is installed with what the lockfile says.
 *
 * npm writes `node_modules/.package-lock.json` as the last act of an installation, so that an interrupted one
 * has none, or an old one.
 *
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, peer?: boolean, resolved?: string }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 *
 * @param {Lockfile} wanted the lockfile of the repository
 * @param {Lockfile | null} installed npm's own lockfile within node_modules; null when there is none
 * @returns {string | null} why `npm ci` is needed; null when it is not
 */
export function whyInstall(wanted, installed) {
  if (installed === null) {
    return 'node_modules is missing or incomplete';
  }
  for (const [path, locked] of Object.entries(wanted.packages)) {
    const present = installed.packages[path];
    // The root itself ('') is not installed; optional packages are left out where they do not fit.
    if (path === '' || (present === undefined && locked.optional === true)) {
      continue;
    }
    if (present === undefined) {
      return `${path} is missing`;
    }
    if (present.version !== locked.version || present.link !== locked.link) {
      return `${path} is ${present.version ?? 'a link'}, the lockfile says ${locked.version ?? 'a link'}`;
    }
  }
  for (const path of Object.keys(installed.packages)) {
    if (!(path in wanted.packages)) {
      return `${path} is not in the lockfile`;
    }
  }
  return null;
}
