/**
 * What a link of the fabric costs: two peers joined by it beside the same peers joined directly, in
 * alternating runs.
 *
 *   npm run bench:fabric                   two virtual machines
 *   npm run bench:fabric -- --spare-core   the same with both guests on one core and the fabric on another
 *   npm run bench:fabric -- --mtu 9000     the same with another MTU in the guests
 *   npm run bench:fabric -- --processes    two plain processes instead: the fabric's worst case
 */
import { parseArgs } from 'node:util';
import { processTable } from './fabric/process-table.mjs';
import { vmTable } from './fabric/vm-table.mjs';

const { values } = parseArgs({
  options: {
    processes: { type: 'boolean', default: false },
    'spare-core': { type: 'boolean', default: false },
    mtu: { type: 'string' },
  },
});
if (values.processes) await processTable();
else await vmTable({ mtu: values.mtu, spareCore: values['spare-core'] });
