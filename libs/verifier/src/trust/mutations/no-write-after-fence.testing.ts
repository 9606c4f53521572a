import type { Mutator, NearMiss, RuleMutations } from '../mutation.testing.js';
import { staleToo } from '../mutation.testing.js';
import { landAt, landed } from '../edit.testing.js';
import type { StoryOptions } from '../story-options.testing.js';
import type { Story } from '../story.testing.js';
import { never } from '@fenceline/history';

/** A held write lands so long after success left the node. @returns the node */
function landAfterEnd(story: Story, ms: number): string {
  const failover = story.random.pick(story.failovers);
  landAt(landed(story, failover).apply, failover.targetEnd + ms);
  return failover.lost.node;
}

/** A target that had said success; where it kept a short CQT, the same apply is after its bound by time too. */
const also = ['ccr-conformance', 'keep-alive-duty'] as const;

const oneMs = (name: string, fence: StoryOptions['fence']): Mutator => ({
  name: `a held write lands 1 ms after ${name} left the node`,
  blame: 'target',
  wanted: { fence },
  also,
  apply: (story) => landAfterEnd(story, 1),
});

const inTime = (name: string, ms: number, fence: StoryOptions['fence']): NearMiss => ({
  name: `a held write lands ${name}`,
  wanted: { fence },
  also: ['keep-alive-duty'],
  apply: (story) => void landAfterEnd(story, ms),
});

export const noWriteAfterFence: RuleMutations = {
  rule: 'no-write-after-fence',
  mutators: [
    oneMs('the answer with IRS=1', 'ccr'),
    oneMs('the entry of log page 1Eh', 'ccr-log'),
    oneMs('the confirmation of a reset', 'reset'),
    {
      name: 'one block of a held write lands after success left the node',
      blame: 'target',
      wanted: { fence: 'ccr' },
      also,
      apply(story) {
        const failover = story.random.pick(story.failovers);
        // The first held write has several blocks; its request is split.
        const { command, apply } = failover.held[0]!.original;
        story.builder.removeApply(apply!);
        const applied = apply!.appliedAt / 1e6;
        const at = story.random.int(1, command.blocks - 1);
        story.builder.apply(command, { applied, blocks: [0, at] });
        const late = failover.targetEnd + 1;
        story.builder.apply(command, { applied: late, blocks: [at, command.blocks - at] });
        return failover.lost.node;
      },
    },
    {
      name: 'a held write lands 11 ms after success, by two stamps that may each be 5 ms late',
      blame: 'target',
      wanted: { fence: 'ccr-log', uncertainMs: 5 },
      also: [...also, ...staleToo],
      apply: (story) => landAfterEnd(story, 11),
    },
  ],
  nearMisses: [
    inTime('in the moment in which success leaves the node', 0, 'ccr'),
    inTime('in the moment in which the reset is confirmed', 0, 'reset'),
    inTime('1 ms before the entry of log page 1Eh leaves the node', -1, 'ccr-log'),
    {
      name: 'a held write lands 9 ms after success, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { fence: 'ccr', uncertainMs: 5 },
      also: ['keep-alive-duty', ...staleToo],
      apply: (story) => void landAfterEnd(story, 9),
    },
    {
      name: 'a held write is given to the backend, and never lands',
      wanted: { fence: 'ccr-log', oneNode: false },
      apply(story) {
        landed(story, story.random.pick(story.failovers)).apply.appliedAt = never;
        story.isCertain = false;
      },
    },
    {
      name: 'a held write lands after a reset that failed',
      wanted: { fence: 'ccr-failed' },
      apply(story) {
        const failover = story.random.pick(story.failovers);
        const { bound, hostEnd } = failover;
        landAt(landed(story, failover).apply, Math.min(bound, hostEnd));
      },
    },
  ],
};
