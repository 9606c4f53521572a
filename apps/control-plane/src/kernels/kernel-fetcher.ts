import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { defaultCacheDir, withTemporaryFolder } from '@fenceline/vm';
import { Injectable } from '@nestjs/common';
import { tryLock } from '../background/advisory-lock.js';
import { Background } from '../background/background.js';
import type { Loop } from '../background/loop.js';
import { Database } from '../database/database.js';
import { messageOf } from '../message-of.js';
import { LocalUploads } from '../uploads/local-uploads.js';
import { DebianKernels } from './debian-kernels.js';
import { KernelsService } from './kernels.service.js';

/** Channel of Postgres that says that there is something to fetch. */
export const fetchesChannel = 'fenceline_kernel_fetches';

interface Wanted {
  id: string;
  name: string;
  project_id: string;
  owner: string;
}

/** Fetches kernels that were asked for, one at a time for all control planes. One that was broken off is begun again. */
@Injectable()
export class KernelFetcher {
  private readonly loop: Loop;
  private readonly cacheDir = defaultCacheDir();

  constructor(
    background: Background,
    private readonly database: Database,
    private readonly debian: DebianKernels,
    private readonly kernels: KernelsService,
    private readonly uploads: LocalUploads,
  ) {
    this.loop = background.add({
      name: 'kernel fetches',
      everyMs: 30_000,
      channel: fetchesChannel,
      turn: () => this.turn(),
    });
  }

  /** One kernel a turn: a loop that is to stop does so between two. */
  private async turn(): Promise<void> {
    await this.database.transaction(async (sql) => {
      if (!(await tryLock(sql, 'kernels'))) return;
      const [next] = await this.database.query<Wanted>(
        `UPDATE kernel_fetches SET state = 'running' WHERE id =
           (SELECT id FROM kernel_fetches WHERE ended_at IS NULL ORDER BY created_at, id LIMIT 1)
         RETURNING id, name, project_id, owner`,
      );
      if (next === undefined) return;
      await this.fetch(next);
      this.loop.wake();
    });
  }

  private async fetch(wanted: Wanted): Promise<void> {
    try {
      const kernelId = await this.register(wanted);
      await this.database.query(
        `UPDATE kernel_fetches SET state = 'done', message = '', kernel_id = $2, ended_at = now()
          WHERE id = $1`,
        [wanted.id, kernelId],
      );
    } catch (error) {
      const message = messageOf(error);
      await this.database.query(
        `UPDATE kernel_fetches SET state = 'failed', message = $2, ended_at = now() WHERE id = $1`,
        [wanted.id, message.slice(0, 4000)],
      );
    }
  }

  /** @returns the id of the kernel */
  private async register({ id, name, project_id: projectId, owner }: Wanted): Promise<string> {
    return await withTemporaryFolder(this.cacheDir, async (folder) => {
      const file = path.join(folder, 'kernel.tar.zst');
      let told = Promise.resolve<unknown>(undefined);
      const source = await this.debian.pack(name, file, (message) => {
        told = told.then(() => this.tell(id, message));
      });
      await told;
      const owned = { projectId, owner };
      const { size } = await stat(file);
      const uploadId = await this.uploads.add(
        owned,
        'kernel',
        `${name.replace(':', '-')}.tar.zst`,
        {
          size,
          open: () => createReadStream(file),
        },
      );
      return (await this.kernels.register(owned, { name, uploadId }, source)).id;
    });
  }

  /** Only for those who watch: what goes wrong here does not stop the work. */
  private async tell(id: string, message: string): Promise<void> {
    await this.database
      .query('UPDATE kernel_fetches SET message = $2 WHERE id = $1', [id, message.slice(0, 4000)])
      .catch(() => undefined);
  }
}
