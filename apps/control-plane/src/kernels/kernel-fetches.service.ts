import { Injectable } from '@nestjs/common';
import type { InputOf, KernelFetch, operations } from '@fenceline/contracts/api';
import type { Principal } from '../access/principal.js';
import { changeRows } from '../audit/record-change.js';
import { Database } from '../database/database.js';
import type { KernelFetch as Row } from '../database/generated/client.js';
import { readPage } from '../http/cursor.js';
import { Problem } from '../http/problem.js';
import { fetchesChannel } from './kernel-fetcher.js';

/** What was asked to be fetched, and how far it is; `KernelFetcher` does it. */
@Injectable()
export class KernelFetchesService {
  constructor(private readonly database: Database) {}

  /** One that waits or runs already is given back. */
  async request({ projectId, owner }: Principal, name: string): Promise<KernelFetch> {
    const { prisma } = this.database;
    const open = await prisma.kernelFetch.findFirst({ where: { projectId, name, endedAt: null } });
    if (open !== null) return fetchOf(open);
    const [made] = await changeRows<{ id: string }>(
      this.database,
      `WITH made AS (INSERT INTO kernel_fetches (project_id, owner, name) VALUES ($1, $2, $3) RETURNING id)
       SELECT id, pg_notify($4, '') FROM made`,
      [projectId, owner, name, fetchesChannel],
      ({ id }) => id,
    );
    return this.show({ projectId }, made!.id);
  }

  async list(
    { projectId }: Principal,
    query: InputOf<typeof operations.kernels.fetches>['query'],
  ): Promise<{ items: KernelFetch[]; next: string | null }> {
    return readPage(
      query,
      'id',
      ({ after, order }) =>
        this.database.prisma.kernelFetch.findMany({
          where: { projectId, ...after },
          ...order,
        }),
      fetchOf,
    );
  }

  /** @throws Problem `not-found` */
  async show({ projectId }: Pick<Principal, 'projectId'>, id: string): Promise<KernelFetch> {
    const row = await this.database.prisma.kernelFetch.findFirst({ where: { id, projectId } });
    if (row === null) throw new Problem('not-found', `No kernel is fetched as ${id}.`);
    return fetchOf(row);
  }
}

function fetchOf(row: Row): KernelFetch {
  return {
    ...row,
    state: row.state as KernelFetch['state'],
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
