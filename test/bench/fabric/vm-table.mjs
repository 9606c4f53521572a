/** What a link of the fabric costs two virtual machines, which is what it costs a lab. */
import { cpus, loadavg } from 'node:os';
import { median } from '../median.mjs';
import { JoinedVms } from './vms.mjs';

const runs = 5;
const pings = 200;
const writeSeconds = 2;
const bulkSeconds = 4;
/** Load average of a machine that does little else. */
const quietLoad = 1.5;
const joints = ['direct', 'fabric'];

const progress = (message) => process.stderr.write(`${message}\n`);
const milliseconds = (ns) => `${(ns / 1e6).toFixed(3)} ms`;
const aSecond = (count) => `${count.toFixed(0)}/s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB/s`;

/** Measures and prints; leaves nothing behind, whether it ends, fails or is interrupted. */
export async function vmTable(options) {
  const vms = new JoinedVms();
  const interrupted = new Promise((_, reject) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ]) {
      process.once(signal, () => {
        process.exitCode = code;
        reject(new Error(`ended by ${signal}`));
      });
    }
  });
  try {
    const load = loadavg()[0];
    await Promise.race([vms.open({ ...options, progress }), interrupted]);
    print(vms.accelerator, load, options, await Promise.race([measure(vms), interrupted]));
  } catch (error) {
    progress(error.message);
    process.exitCode ||= 1;
  } finally {
    await vms.close();
  }
}

async function measure(vms) {
  const rows = { direct: [], fabric: [] };
  for (let run = 0; run < runs; run++) {
    progress(`run ${run + 1} of ${runs}`);
    for (const joint of run % 2 === 0 ? joints : joints.toReversed()) {
      rows[joint].push({
        ping: await vms.roundTrip(joint, pings),
        write: await vms.writeTime(joint, writeSeconds),
        writes: await vms.writesPerSecond(joint, bulkSeconds),
        ...(await vms.throughput(joint, bulkSeconds)),
      });
    }
  }
  return rows;
}

/** Each run over the fabric by the one over the direct joint beside it, least first. */
function ratiosOfPairs(rows, field) {
  const ratios = rows.fabric.map((row, run) => row[field] / rows.direct[run][field]);
  return ratios
    .sort((a, b) => a - b)
    .map((ratio) => ratio.toFixed(2))
    .join(' ');
}

function print(accelerator, load, options, rows) {
  const middle = (joint, field) => median(rows[joint].map((row) => row[field]));
  const compare = (field, show) => ({
    direct: show(middle('direct', field)),
    fabric: show(middle('fabric', field)),
    ratio: (middle('fabric', field) / middle('direct', field)).toFixed(2),
    'ratios of the pairs': ratiosOfPairs(rows, field),
  });
  const added = (field) => milliseconds(middle('fabric', field) - middle('direct', field));
  console.log(
    `Two guests on ${accelerator}, medians of ${runs} alternating runs, ${cpus().length} cores, ` +
      `load average before ${load.toFixed(2)}`,
  );
  if (options.spareCore) console.log('Both guests on one core, the fabric on another.');
  if (load > quietLoad)
    console.log('This machine was not idle: the figures say little about the fabric.');
  console.table({
    ping: compare('ping', milliseconds),
    'NVMe/TCP 4 KiB write, depth 1': compare('write', milliseconds),
    'NVMe/TCP 4 KiB writes, depth 8': compare('writes', aSecond),
    'NVMe/TCP 128 KiB writes, depth 8': compare('bytesPerSecond', megabytes),
  });
  console.log(`added to a ping: ${added('ping')} (at most 1.000 ms)`);
  console.log(`added to a 4 KiB write: ${added('write')}`);
  const kept = (field) => (middle('fabric', field) / middle('direct', field)).toFixed(2);
  console.log(
    `throughput kept: ${kept('writes')} of small writes (at least 0.95), ${kept('bytesPerSecond')} of large ones`,
  );
  const cpuPerFrame = median(rows.fabric.map(({ cpuNs, frames }) => cpuNs / frames)) / 1000;
  const cores = median(rows.fabric.map(({ cpuNs }) => cpuNs / (bulkSeconds * 1e9)));
  console.log(
    `CPU of the fabric, its captures included: ${cpuPerFrame.toFixed(1)} µs a frame, ` +
      `${cores.toFixed(2)} of a core during the 128 KiB writes`,
  );
}
