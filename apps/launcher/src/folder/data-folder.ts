import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** Where things lie in the data folder. */
export interface DataFolder {
  root: string;
  lock: string;
  /** Which processes the service is made of, and its address. */
  state: string;
  postgres: string;
  redis: string;
  artifacts: string;
  worker: string;
  /** The worker's one-time token, until it has enrolled. */
  joinToken: string;
  /** Secret of the first token. */
  adminToken: string;
  /** Id of the first token. */
  adminTokenId: string;
  log(part: string): string;
}

/** Makes the folder, and says where things lie in it. */
export async function openDataFolder(root: string): Promise<DataFolder> {
  const folder = dataFolderAt(root);
  // Postgres's account must get through, and need not see what is there.
  await mkdir(root, { recursive: true, mode: 0o711 });
  for (const inner of [folder.artifacts, folder.worker, path.join(root, 'logs')]) {
    await mkdir(inner, { recursive: true, mode: 0o700 });
  }
  return folder;
}

/** Where things lie in the folder, which need not be there. */
export function dataFolderAt(root: string): DataFolder {
  const at = (name: string) => path.join(root, name);
  return {
    root,
    lock: at('lock'),
    state: at('service.json'),
    postgres: at('postgres'),
    redis: at('redis'),
    artifacts: at('artifacts'),
    worker: at('worker'),
    joinToken: at('worker/join-token'),
    adminToken: at('admin-token'),
    adminTokenId: at('admin-token.id'),
    log: (part) => at(`logs/${part}.log`),
  };
}
