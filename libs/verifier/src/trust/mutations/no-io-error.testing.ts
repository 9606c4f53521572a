import type { Mutator, RuleMutations } from '../mutation.testing.js';
import type { Story } from '../story.testing.js';

type Ending = Partial<Story['workloads'][number]>;

function endsWith(story: Story, ending: Ending): string {
  const workload = story.random.pick(story.workloads);
  Object.assign(workload, ending);
  return workload.host;
}

const sees = (name: string, ending: Ending): Mutator => ({
  name: `a workload ${name}`,
  blame: 'host',
  apply: (story) => endsWith(story, ending),
});

export const noIoError: RuleMutations = {
  rule: 'no-io-error',
  mutators: [
    sees('fails with one I/O error', { exitCode: 1, errors: 1, message: 'Input/output error' }),
    sees('sees an I/O error and goes on', { exitCode: 0, errors: 1 }),
    sees('is stopped after many I/O errors', { exitCode: null, stopped: true, errors: 400 }),
  ],
  nearMisses: [
    {
      name: 'a workload sees an I/O error that the scenario allows',
      apply(story) {
        endsWith(story, { exitCode: 1, errors: 1 });
        story.input.allowIoErrors = true;
      },
    },
    {
      name: 'a workload is stopped by the timeline',
      apply: (story) => void endsWith(story, { exitCode: null, stopped: true }),
    },
    {
      name: 'a workload fails, and not by an I/O error',
      apply(story) {
        endsWith(story, { exitCode: 2, message: 'bad option' });
        story.isCertain = false;
      },
    },
  ],
};
