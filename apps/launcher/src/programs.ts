import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** What the launcher starts, as built. */
export interface Programs {
  /** Folder that Prisma's command line works in. */
  root: string;
  prisma: string;
  controlPlane: string;
  /** Commands on the database of the control plane. */
  admin: string;
  worker: string;
}

/** The programs of this repository. */
export const ownPrograms: Programs = {
  root,
  prisma: path.join(root, 'node_modules/prisma/build/index.js'),
  controlPlane: path.join(root, 'apps/control-plane/dist/main.js'),
  admin: path.join(root, 'apps/control-plane/dist/admin.js'),
  worker: path.join(root, 'apps/worker/dist/main.js'),
};
