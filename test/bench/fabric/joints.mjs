/**
 * Ways to join two peers. A joint says for each end whether it listens on or connects to a socket: what
 * `-netdev stream,server=on|off` says for a QEMU. So the same joints serve processes and VMs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.mjs';

async function inFolder(make) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const joint = await make(folder);
  return {
    ...joint,
    async close() {
      await joint.close?.();
      await rm(folder, { recursive: true });
    },
  };
}

export const joints = {
  /** Both ends on one socket, with nothing between them. */
  direct: () =>
    inFolder((folder) => {
      const path = join(folder, 'direct.sock');
      return { node: { how: 'listen', path }, host: { how: 'connect', path } };
    }),

  /** Both ends on a link of the fabric, which captures. */
  fabric: () =>
    inFolder(async (folder) => {
      const link = new Child('link-process.mjs', [folder]);
      await link.ready;
      return {
        node: { how: 'connect', path: join(folder, 'node.sock') },
        host: { how: 'connect', path: join(folder, 'host.sock') },
        usage: () => link.ask({}),
        close: () => link.close(),
      };
    }),
};
