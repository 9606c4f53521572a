import type { ImageRole } from '@fenceline/contracts';
import type { Pinned } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';

/** A kernel by its name, and what its guest is to be. */
export interface WantedGuest {
  kernel: string;
  role: ImageRole;
}

/** What a kernel's name stands for, and its guest images for the roles that were asked for. */
export interface PinnedKernel {
  kernel: Pinned;
  images: ReadonlyMap<ImageRole, Pinned>;
}

/** Finds what the names of kernels stand for now, so that jobs keep it whatever is registered later. */
export abstract class KernelResolver {
  /**
   * For each name what jobs with that kernel need of the artifact store.
   *
   * @throws Problem `unknown-kernel` that names every one that is not registered; `kernel-not-ready` where images that are
   *   needed are not there yet, or could not be built
   */
  abstract resolve(
    sql: Sql,
    projectId: string,
    wanted: readonly WantedGuest[],
  ): Promise<ReadonlyMap<string, PinnedKernel>>;
}
