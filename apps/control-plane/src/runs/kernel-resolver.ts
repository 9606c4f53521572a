import type { Pinned } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';

/** Finds what the names of kernels stand for now, so that jobs keep it whatever is registered later. */
export abstract class KernelResolver {
  /**
   * For each name what a job with that kernel needs of the artifact store: the kernel, and the guest images for it.
   *
   * @throws Problem `unknown-kernel` that names every one that is not registered
   */
  abstract resolve(
    sql: Sql,
    projectId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Pinned[]>>;
}
