import { landAt, landed } from '../edit.testing.js';
import type { Mutator, RuleMutations } from '../mutation.testing.js';
import type { StoryOptions } from '../story-options.testing.js';
import type { Story } from '../story.testing.js';

/** Nothing came late, so that the bound by time is before the host fence end. */
const punctual = { fence: 'time', lateDelivery: false } as const;

function landAfterBound(story: Story, ms: number): string {
  const failover = story.random.pick(story.failovers);
  landAt(landed(story, failover).apply, failover.bound + ms);
  return failover.lost.node;
}

const oneMsLate = (name: string, wanted: Partial<StoryOptions>): Mutator => ({
  name: `a held write lands 1 ms after the bound by time, ${name}`,
  blame: 'target',
  wanted: { ...punctual, ...wanted },
  apply: (story) => landAfterBound(story, 1),
});

export const keepAliveDuty: RuleMutations = {
  rule: 'keep-alive-duty',
  mutators: [
    oneMsLate('with TBKAS and a CQT', { tbkas: true, cqtMs: 500 }),
    oneMsLate('with TBKAS and a CQT of 0, which counts as 10 s', { tbkas: true, cqtMs: 0 }),
    oneMsLate('without TBKAS', { tbkas: false, cqtMs: 700 }),
    oneMsLate('after a reset that was refused', { fence: 'ccr-refused' }),
    {
      name: 'a held write lands 11 ms after the bound, by two stamps that may each be 5 ms late',
      blame: 'target',
      wanted: { ...punctual, uncertainMs: 5 },
      apply: (story) => landAfterBound(story, 11),
    },
  ],
  nearMisses: [
    {
      name: 'a held write lands at the bound',
      wanted: punctual,
      apply: (story) => void landAfterBound(story, 0),
    },
    {
      name: 'a held write lands 1 ms before the bound',
      wanted: punctual,
      apply: (story) => void landAfterBound(story, -1),
    },
    {
      name: 'a held write lands 9 ms after the bound, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { ...punctual, uncertainMs: 5 },
      apply: (story) => void landAfterBound(story, 9),
    },
    {
      name: 'a held write lands 1 ms after the bound, and a command had come 1 ms after the last',
      wanted: { ...punctual, tbkas: true },
      apply(story) {
        const failover = story.random.pick(story.failovers);
        landAt(landed(story, failover).apply, failover.bound + 1);
        const { lost, lostAt, heardAt } = failover;
        const times = { sent: lostAt - 4, complete: heardAt + 1 };
        story.builder.admin(lost, { opcode: 0x0c, name: 'Asynchronous Event Request', ...times });
      },
    },
  ],
};
