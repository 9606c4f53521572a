/**
 * The recording backend as a process of its own, for the benchmark: memory medium and journal.
 *
 *   node backend-server.mjs SOCKET JOURNAL SIZE_BYTES
 *
 * Prints `ready` and serves until SIGTERM.
 */
import { Backend } from '../../libs/backend/dist/index.js';

const [socket, journalPath, size] = process.argv.slice(2);
const started = process.hrtime.bigint();
const clock = { now: () => Number(process.hrtime.bigint() - started) };
const backend = await Backend.open({
  clock,
  medium: 'memory',
  journalPath,
  blockSize: 4096,
  size: Number(size),
});
await backend.addExport({ name: 'A', socket, node: 'A' });
process.once('SIGTERM', () => void backend.close());
console.log('ready');
