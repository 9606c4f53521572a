import type { JobDetail } from '../app/api-types.js';

/** The timeline of a job. */
export function JobTimeline({ job: _job }: { job: JobDetail }) {
  return null;
}
