import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { findCommand } from './find-command.mjs';
import { whyInstall } from './node-modules.mjs';
import { requirementsFor } from './requirements.mjs';

const aptLists = '/var/lib/apt/lists';

/**
 * Looks at the machine and changes nothing.
 *
 * @param {import('./requirements.mjs').Purpose} purpose
 * @param {string} root folder of the repository
 * @returns {import('./decide.mjs').Facts}
 */
export function gatherFacts(purpose, root) {
  const missing = requirementsFor(purpose).filter((one) => findCommand(one.command) === null);
  return {
    missing,
    hasApt: findCommand('apt-get') !== null,
    listsAgeHours: ageOfLists(),
    mayInstall: isRoot() || sudoAsksNothing(),
    hasSudo: findCommand('sudo') !== null,
    whyNpm: whyInstall(
      readJson(path.join(root, 'package-lock.json')),
      readJsonIfThere(path.join(root, 'node_modules', '.package-lock.json')),
    ),
  };
}

export function isRoot() {
  return process.getuid?.() === 0;
}

function sudoAsksNothing() {
  const sudo = findCommand('sudo');
  return sudo !== null && spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0;
}

/** Age in hours of the newest package list; null when there are none. */
function ageOfLists() {
  let newest = null;
  try {
    for (const name of readdirSync(aptLists)) {
      if (name.includes('_Packages')) {
        newest = Math.max(newest ?? 0, statSync(path.join(aptLists, name)).mtimeMs);
      }
    }
  } catch {
    return null;
  }
  // `apt-get update` leaves the mirrors' own times on unchanged lists and touches the folder.
  return newest === null
    ? null
    : (Date.now() - Math.max(newest, statSync(aptLists).mtimeMs)) / 3_600_000;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function readJsonIfThere(file) {
  try {
    return readJson(file);
  } catch {
    return null;
  }
}
