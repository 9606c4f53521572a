import { lazy, Suspense } from 'react';
import type { JobDetail } from '../app/api-types.js';
import { Panel } from '../ui/panel.js';
import { Loading } from '../ui/states.js';
import { contentOf } from './files.js';

const Timeline = lazy(async () => ({
  default: (await import('../timeline/ui/timeline.js')).Timeline,
}));

/** The timeline of the attempt that decided; of the newest one that has one, where none did. */
export function JobTimeline({ job }: { job: JobDetail }) {
  const timelines = job.artifacts.filter(({ kind }) => kind === 'timeline');
  const decided = timelines.find(({ attemptId }) => attemptId === job.outcome?.attemptId);
  const artifact = decided ?? timelines.at(-1);
  if (artifact === undefined) return null;
  return (
    <Panel title="Timeline">
      <Suspense fallback={<Loading />}>
        <Timeline key={artifact.id} url={contentOf(artifact)} />
      </Suspense>
    </Panel>
  );
}
