import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Capacity } from '@fenceline/contracts/api';
import type { Logger } from 'pino';
import { untilReached } from './api/back-off.js';
import { HttpWorkerApi } from './api/http-worker-api.js';
import { WORKER_API, type WorkerApi } from './api/worker-api.js';
import type { AttemptPrograms, AttemptServices } from './attempt/attempt-runner.js';
import type { Credential } from './credential/credential.js';
import { Doorbell } from './doorbell/doorbell.js';
import { LabFolders } from './labs/lab-folders.js';
import { PinnedCache } from './pinned/pinned-cache.js';
import { prepareWork } from './pinned/prepare-work.js';
import type { Settings } from './settings/settings.js';
import { newInstance, Supervisor } from './supervisor/supervisor.js';

/** What a worker is made of. */
export interface WorkerParts {
  settings: Settings;
  credential: Credential;
  capacity: Capacity;
  log: Logger;
  programs?: AttemptPrograms | undefined;
}

/** The whole worker. */
@Module({})
export class WorkerModule {
  static with({ settings, credential, capacity, log, programs }: WorkerParts): DynamicModule {
    const instance = newInstance();
    return {
      module: WorkerModule,
      providers: [
        {
          provide: WORKER_API,
          useFactory: () => new HttpWorkerApi(settings.FENCELINE_SERVICE, credential.credential),
        },
        {
          provide: LabFolders,
          useFactory: () =>
            new LabFolders(settings.FENCELINE_WORKER_FOLDER, {
              workerId: credential.workerId,
              instance,
            }),
        },
        {
          provide: Supervisor,
          inject: [WORKER_API, LabFolders],
          useFactory: (api: WorkerApi, folders: LabFolders) => {
            const pinned = new PinnedCache(
              join(settings.FENCELINE_WORKER_FOLDER, 'pinned'),
              settings.FENCELINE_KERNEL_CACHE_MIB * 2 ** 20,
              (sha256, file, stop) => untilReached(() => api.fetchBlob(sha256, file, stop), stop),
            );
            const attempts: AttemptServices = {
              api,
              folders,
              prepare: (plan, work, status) => prepareWork(pinned, plan, work, status),
              labDiskBytes: settings.FENCELINE_LAB_DISK_MIB * 2 ** 20,
              log,
              programs,
            };
            return new Supervisor({
              api,
              attempts,
              capacity,
              probes: settings.FENCELINE_ACCELERATOR === 'probe',
              instance,
              openBell: (terms, rung) => Doorbell.open(terms, credential, rung),
              log,
            });
          },
        },
      ],
    };
  }
}
