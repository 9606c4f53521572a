import { answerOf } from '@fenceline/client';
import type { Worker } from './documents.js';
import { printList, type Columns, type ListOptions } from './list-output.js';
import { openService } from './open-service.js';
import { moment } from './text.js';

const columns: Columns<Worker> = {
  worker: ({ id }) => id,
  name: ({ name }) => name,
  state: ({ state, present }) => (present ? state : `${state}, not heard of`),
  slots: ({ busy, capacity }) => `${busy.slots}/${capacity.slots}`,
  'memory MiB': ({ busy, capacity }) => `${busy.memoryMib}/${capacity.memoryMib}`,
  cores: ({ busy, capacity }) => `${busy.cores}/${capacity.cores}`,
  accelerator: ({ capacity }) => capacity.accelerator ?? '',
  'last seen': ({ lastSeenAt }) => (lastSeenAt === null ? '' : moment(lastSeenAt)),
  labels: ({ capacity }) => capacity.labels.join(' '),
};

/** Prints the workers, and how much of what they offer is in use. */
export async function listWorkers(options: ListOptions): Promise<void> {
  const { client } = await openService();
  await printList(options, columns, (query) =>
    answerOf(client.GET('/workers', { params: { query } })),
  );
}
