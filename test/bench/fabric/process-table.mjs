/**
 * What a link of the fabric costs two processes that do nothing but send and receive. At full speed they
 * and the fabric compete for the same cores, so that ratio is the fabric's worst case; at a steady pace
 * they do not.
 */
import { joints } from './joints.mjs';
import { median } from '../median.mjs';
import { frameLength, roundTrip, throughput } from './processes.mjs';

const runs = 5;
const atFullSpeed = 150_000;
/** Frames a second, one at a time, each waking the fabric and the receiver: 242 Mbit/s. */
const steadyPace = 20_000;

/** Measures and prints. */
export async function processTable() {
  const rows = { direct: [], fabric: [] };
  for (let run = 0; run < runs; run++) {
    for (const name of ['direct', 'fabric']) {
      const latency = await roundTrip(joints[name]);
      const full = await throughput(joints[name], atFullSpeed);
      const paced = await throughput(joints[name], steadyPace, steadyPace);
      rows[name].push({
        latency,
        full: full.perSecond,
        fullCpu: full.cpuPerFrame,
        paced: paced.perSecond,
        pacedCpu: paced.cpuPerFrame,
      });
    }
  }

  const middle = (name, field) => median(rows[name].map((row) => row[field]));
  const ratio = (field) => (middle('fabric', field) / middle('direct', field)).toFixed(2);
  const microseconds = (ns) => `${(ns / 1000).toFixed(1)} µs`;
  const megabits = (perSecond) => `${((perSecond * frameLength * 8) / 1e6).toFixed(0)} Mbit/s`;
  const row = (name) => ({
    'round trip': microseconds(middle(name, 'latency')),
    'at a steady pace': megabits(middle(name, 'paced')),
    'at full speed': megabits(middle(name, 'full')),
  });

  console.log(`Two processes, frames of ${frameLength} bytes, medians of ${runs} alternating runs`);
  console.table({
    direct: row('direct'),
    fabric: row('fabric'),
    ratio: { 'at a steady pace': ratio('paced'), 'at full speed': ratio('full') },
  });
  const added = middle('fabric', 'latency') - middle('direct', 'latency');
  console.log(`added to a round trip: ${microseconds(added)} (at most 1000.0 µs)`);
  console.log(`kept at a steady pace: ${ratio('paced')} (at least 0.95)`);
  console.log(
    `CPU of the fabric, its captures included: ${microseconds(middle('fabric', 'pacedCpu'))} a frame ` +
      `at a steady pace, ${microseconds(middle('fabric', 'fullCpu'))} at full speed`,
  );
}
