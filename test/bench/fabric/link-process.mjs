/** The fabric in a process of its own, as in a lab: node link-process.mjs FOLDER, closed by disconnecting. */
import { join } from 'node:path';
import { Link } from '@fenceline/fabric';

const folder = process.argv[2];
const zero = process.hrtime.bigint();
const link = await Link.open({
  name: 'A',
  clock: { now: () => Number(process.hrtime.bigint() - zero) },
  hostSocket: join(folder, 'host.sock'),
  nodeSocket: join(folder, 'node.sock'),
  captures: { host: join(folder, 'A.host.pcapng'), node: join(folder, 'A.node.pcapng') },
  startedAtWallSeconds: Date.now() / 1000,
});
process.send({ ready: true });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ done: { cpuNs: (user + system) * 1000, frames: link.stats().toNode.delivered } });
});
process.once('disconnect', () => void link.close());
