import { answerOf, type Client } from '@fenceline/client';
import { idSchema } from '@fenceline/contracts/api';
import { UsageError } from '../usage-error.js';
import type { Worker } from './documents.js';
import { printList, type Columns, type ListOptions } from './list-output.js';
import { openService } from './open-service.js';
import { moment } from './text.js';

const columns: Columns<Worker> = {
  worker: ({ id }) => id,
  name: ({ name }) => name,
  state: ({ state, present, revokedAt }) => {
    if (revokedAt !== null) return 'revoked';
    return present ? state : `${state}, not heard of`;
  },
  slots: ({ busy, capacity }) => `${busy.slots}/${capacity.slots}`,
  'memory MiB': ({ busy, capacity }) => `${busy.memoryMib}/${capacity.memoryMib}`,
  cores: ({ busy, capacity }) => `${busy.cores}/${capacity.cores}`,
  accelerator: ({ capacity }) => capacity.accelerator ?? '',
  'last seen': ({ lastSeenAt }) => (lastSeenAt === null ? '' : moment(lastSeenAt)),
  labels: ({ capacity }) => capacity.labels.join(' '),
};

/** Prints the workers, and how much of what they offer is in use. */
export async function listWorkers({
  revoked,
  ...options
}: ListOptions & { revoked?: boolean }): Promise<void> {
  const { client } = await openService();
  await printList(options, columns, (page) =>
    answerOf(
      client.GET('/workers', { params: { query: { ...page, revoked: String(revoked ?? false) } } }),
    ),
  );
}

/** The id of a worker that is named by it or by its name. @throws UsageError where there is none */
export async function findWorker(client: Client, given: string): Promise<string> {
  if (idSchema.safeParse(given).success) return given;
  let cursor: string | undefined;
  do {
    const query = { limit: 100, revoked: 'true', ...(cursor !== undefined && { cursor }) };
    const page = await answerOf(client.GET('/workers', { params: { query } }));
    const found = page.items.find(({ name }) => name === given);
    if (found !== undefined) return found.id;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  throw new UsageError(`There is no worker ${given}: fenceline admin worker list.`);
}
