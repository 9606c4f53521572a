import { Injectable } from '@nestjs/common';
import type { ImageRole } from '@fenceline/contracts';
import type { KernelGuestImage, Pinned } from '@fenceline/contracts/api';
import type { Sql } from '../database/sql.js';
import { Problem } from '../http/problem.js';
import { isGivenOut, KernelImages } from '../kernels/images/kernel-images.js';

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

type KernelRow = Pinned & { id: string };

/** The newest kernel of each name that is not retired, and the guest images for it. */
@Injectable()
export class RegisteredKernels {
  constructor(private readonly images: KernelImages) {}

  /**
   * What each name stands for now, so that jobs keep it whatever is registered later: for each what jobs with that kernel
   * need of the artifact store.
   *
   * @throws Problem `unknown-kernel` that names every one that is not registered; `kernel-not-ready` where images that are
   *   needed are not there yet, or could not be built
   */
  async resolve(
    sql: Sql,
    projectId: string,
    wanted: readonly WantedGuest[],
  ): Promise<ReadonlyMap<string, PinnedKernel>> {
    const names = [...new Set(wanted.map(({ kernel }) => kernel))];
    const kernels = await sql.query<KernelRow>(
      `SELECT id, 'kernel' AS kind, name, version, capabilities, sha256
         FROM kernels WHERE project_id = $1 AND name = ANY ($2) AND ${isGivenOut('kernels')}
        ORDER BY name`,
      [projectId, names],
    );
    const registered = new Set(kernels.map(({ name }) => name));
    const missing = names.filter((name) => !registered.has(name));
    if (missing.length > 0) throw await notRegistered(sql, projectId, missing);
    const images = await this.images.of(
      kernels.map(({ id }) => id),
      sql,
    );
    return new Map(
      kernels.map(({ id, ...kernel }) => {
        const roles = wanted.filter((one) => one.kernel === kernel.name).map(({ role }) => role);
        return [kernel.name, { kernel, images: pinImages(kernel.name, roles, images.get(id)!) }];
      }),
    );
  }
}

function pinImages(
  name: string,
  roles: readonly ImageRole[],
  images: readonly KernelGuestImage[],
): Map<ImageRole, Pinned> {
  const wanted = images.filter(({ role }) => roles.includes(role));
  const unready = wanted.filter(({ state }) => state !== 'ready');
  if (unready.length > 0) throw notReady(name, unready);
  return new Map(
    wanted.map(({ role, sha256, imageSha256 }) => [
      role,
      {
        ...{ kind: 'image' as const, name, version: '', capabilities: [], role },
        ...{ sha256: sha256!, imageSha256: imageSha256! },
      },
    ]),
  );
}

function notReady(name: string, images: readonly KernelGuestImage[]): Problem {
  const lost = images.filter(({ state }) => state === 'failed' || state === 'retired');
  const told = (lost.length > 0 ? lost : images).map(
    ({ role, state, message }) => `${role}: ${message === '' ? state : `${state}, ${message}`}`,
  );
  const detail = `The guest images of ${name} are not ready (${told.join('; ')}).`;
  const mend =
    lost.length > 0
      ? `Mend what it says; \`fenceline admin kernel images ${name}\` then has them built once more.`
      : `Submit it again in a moment; \`fenceline admin kernel images ${name}\` waits until they are.`;
  return new Problem('kernel-not-ready', detail, { mend });
}

/** That names are not known; where all of them are being fetched, that this is so. */
async function notRegistered(
  sql: Sql,
  projectId: string,
  names: readonly string[],
): Promise<Problem> {
  const fetches = await sql.query<{ name: string; message: string }>(
    `SELECT name, message FROM kernel_fetches
      WHERE project_id = $1 AND name = ANY ($2) AND ended_at IS NULL ORDER BY name`,
    [projectId, names],
  );
  const fetched = new Set(fetches.map(({ name }) => name));
  const unknown = names.filter((name) => !fetched.has(name));
  if (unknown.length === 0) {
    const told = fetches.map(({ name, message }) => (message ? `${name}: ${message}` : name));
    return new Problem('kernel-not-ready', `It is still being fetched (${told.join('; ')}).`, {
      mend: `Submit it again in a moment; \`fenceline admin kernel fetch ${names[0]!}\` waits until it is there.`,
    });
  }
  return new Problem(
    'unknown-kernel',
    `${unknown.length === 1 ? 'This kernel is' : 'These kernels are'} not registered: ${unknown.join(', ')}.`,
    {
      mend: '`fenceline list kernels` has those that are; `fenceline admin kernel fetch debian:X.Y` brings one of Debian.',
    },
  );
}
