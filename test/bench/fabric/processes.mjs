/** What two plain processes, joined somehow, achieve. */
import { Child } from './child.mjs';
import { median } from '../median.mjs';

/** Payload of an Ethernet frame with an MTU of 1500 and its header. */
export const frameLength = 1514;
const warmUp = 500;
const pings = 4_000;

/** Runs `use` with a connected pair of peers. */
async function withPeers(joint, use) {
  const node = new Child('peer.mjs', [joint.node.how, joint.node.path]);
  await node.ready;
  const host = new Child('peer.mjs', [joint.host.how, joint.host.path]);
  await host.ready;
  try {
    return await use(host, node);
  } finally {
    await Promise.all([host.close(), node.close()]);
  }
}

/** Median time of a frame there and back, in ns. */
export async function roundTrip(join) {
  const joint = await join();
  try {
    return await withPeers(joint, async (host, node) => {
      node.tell({ kind: 'echo' });
      const times = await host.ask({ kind: 'ping', count: warmUp + pings, length: frameLength });
      return median(times.slice(warmUp));
    });
  } finally {
    await joint.close();
  }
}

/**
 * Frames a second that arrive, one way: as fast as they are taken, or of `perSecond` that are offered one
 * at a time. And what a frame cost the process between, in ns of CPU.
 */
export async function throughput(join, frames, perSecond) {
  const joint = await join();
  try {
    return await withPeers(joint, async (host, node) => {
      const before = await joint.usage?.();
      const received = node.ask({ kind: 'receive', frames });
      host.tell({ kind: 'send', frames, length: frameLength, perSecond });
      const ns = await received;
      const after = await joint.usage?.();
      const cpuPerFrame = after && (after.cpuNs - before.cpuNs) / (after.frames - before.frames);
      return { perSecond: (frames / ns) * 1e9, cpuPerFrame };
    });
  } finally {
    await joint.close();
  }
}
