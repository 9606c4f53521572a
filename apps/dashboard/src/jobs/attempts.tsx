import { Link } from 'wouter';
import type { Attempt } from '../app/api-types.js';
import { formatDuration } from '../ui/format.js';
import { MarkLabel } from '../ui/mark.js';
import type { Look } from '../ui/outcome.js';
import { Empty } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Since, Time } from '../ui/time.js';

const ends: Readonly<Record<NonNullable<Attempt['how']>, Look>> = {
  done: { shape: 'circle', tone: 'idle', word: 'done' },
  lost: { shape: 'square', tone: 'error', word: 'lost' },
  superseded: { shape: 'barred', tone: 'idle', word: 'superseded' },
  failed: { shape: 'square', tone: 'error', word: 'failed' },
  cancelled: { shape: 'barred', tone: 'idle', word: 'cancelled' },
};

function lookOf({ how, state }: Attempt): Look {
  return how === null ? { shape: 'half', tone: 'busy', word: state } : ends[how];
}

const columns: Column<Attempt>[] = [
  { title: 'Attempt', kind: 'tight', isHead: true, cell: ({ number }) => number },
  { title: 'State', kind: 'tight', cell: (attempt) => <MarkLabel look={lookOf(attempt)} /> },
  {
    title: 'Worker',
    kind: 'tight',
    cell: ({ worker }) => <Link href={`/workers/${worker.id}`}>{worker.name}</Link>,
  },
  { title: 'Assigned', kind: 'tight', cell: ({ assignedAt }) => <Time at={assignedAt} /> },
  {
    title: 'Took',
    kind: 'number',
    cell: ({ assignedAt, endedAt }) =>
      endedAt === null ? (
        <Since at={assignedAt} />
      ) : (
        formatDuration(Date.parse(endedAt) - Date.parse(assignedAt))
      ),
  },
  { title: 'Message', kind: 'wide', cell: ({ message }) => message },
];

export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <Empty>No worker has taken it yet.</Empty>;
  return <Table label="Attempts" columns={columns} rows={attempts} keyOf={({ id }) => id} />;
}
