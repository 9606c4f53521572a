import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { freemem, homedir } from 'node:os';
import path from 'node:path';
import { gatherFacts, isRoot } from '../setup/facts.mjs';

const mib = 1024 * 1024;

/**
 * Looks at the machine and changes nothing.
 *
 * @param {string} root folder of the repository
 * @returns {Promise<import('./preflight.mjs').Machine>}
 */
export async function lookAtMachine(root) {
  const { missing, whyNpm } = gatherFacts('demo', root);
  return {
    node: process.version,
    memoryMib: Math.floor(freemem() / mib),
    diskMib: freeDisk(root),
    missing: missing.map((one) => one.package),
    npm: whyNpm,
    kernelIsCached: hasKernel(),
    portIsFree: await portIsFree(),
  };
}

function freeDisk(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / mib);
}

function hasKernel() {
  const cache =
    process.env.FENCELINE_CACHE ||
    (isRoot()
      ? '/var/cache/fenceline'
      : path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'fenceline'));
  const kernels = path.join(cache, 'kernels');
  return existsSync(kernels) && readdirSync(kernels).length > 0;
}

function portIsFree() {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
