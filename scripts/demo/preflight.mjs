/**
 * What the demonstration needs of a machine and what there is.
 *
 * @typedef {object} Machine
 * @property {string} node version, `v24.1.0`
 * @property {number} memoryMib that is free
 * @property {number} diskMib free where the data go
 * @property {string[]} missing Debian packages
 * @property {string | null} npm why npm packages are to be installed; null when they are there
 * @property {boolean} kernelIsCached whether the kernel has been fetched before
 * @property {boolean} portIsFree whether a port of 127.0.0.1 can be had
 *
 * @typedef {{ what: string, found: string, ok: boolean }} Row
 */

const needed = { memoryMib: 1500, diskMib: 3000 };

/** Rough sizes of what may have to be fetched, MiB: the npm packages, each Debian package, the kernel with the guest image. */
const download = { npm: 250, debianPackage: 15, kernel: 80 };

/**
 * @param {Machine} machine
 * @returns {{ rows: Row[], fit: boolean }}
 */
export function preflight(machine) {
  const { node, memoryMib, diskMib, missing, npm, kernelIsCached, portIsFree } = machine;
  const fetched =
    (npm === null ? 0 : download.npm) +
    missing.length * download.debianPackage +
    (kernelIsCached ? 0 : download.kernel);
  const minutes =
    2 + (npm === null ? 0 : 2) + (missing.length > 0 ? 1 : 0) + (kernelIsCached ? 0 : 1);
  const rows = [
    { what: 'Node.js', found: node, ok: true },
    {
      what: 'Debian packages',
      found: missing.length === 0 ? 'all there' : `to be installed: ${missing.join(' ')}`,
      ok: true,
    },
    {
      what: 'npm packages',
      found: npm === null ? 'all there' : `to be installed: ${npm}`,
      ok: true,
    },
    enough('memory', memoryMib, needed.memoryMib),
    enough('disk', diskMib, needed.diskMib),
    {
      what: 'ports',
      found: portIsFree ? 'one is free' : 'none is free on 127.0.0.1',
      ok: portIsFree,
    },
    {
      what: 'to expect',
      found: `about ${minutes} minutes, ${fetched === 0 ? 'nothing to download' : `about ${fetched} MiB to download`}`,
      ok: true,
    },
  ];
  return { rows, fit: rows.every(({ ok }) => ok) };
}

function enough(what, mib, least) {
  const ok = mib >= least;
  return { what, found: `${mib} MiB free${ok ? '' : `, ${least} are needed`}`, ok };
}

/** @param {Row[]} rows */
export function tableOf(rows) {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map(({ what, found, ok }) => `  ${ok ? '✓' : '✗'} ${what.padEnd(width)}  ${found}\n`)
    .join('');
}
