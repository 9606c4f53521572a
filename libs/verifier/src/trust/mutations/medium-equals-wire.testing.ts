import type { Apply, Command } from '@fenceline/history';
import type { Mutator, RuleMutations } from '../mutation.testing.js';
import type { Sending, Story } from '../story.testing.js';
import { deliverOtherBytes } from './payload-stable.testing.js';

/** Whoever reads the block sees it, and so does who looks at the end. */
const seen = ['reads-consistent', 'final-image'] as const;

/** A write, a retry or a held write of which the medium got its request. */
function anyWrite({ random, done, failovers }: Story): Command & { apply: Apply } {
  const held = random.pick(failovers).held[0]!;
  const { command, apply } = random.pick<Sending>([
    random.pick(done),
    held.original,
    ...held.retries,
  ]);
  return { ...command, apply: apply! };
}

const writesInstead = (
  name: string,
  change: (story: Story, apply: Apply, block: number) => void,
): Mutator => ({
  name: `a node writes ${name}`,
  blame: 'target',
  also: seen,
  apply(story) {
    const { apply } = anyWrite(story);
    change(story, apply, story.random.int(0, apply.blocks - 1));
    return apply.node;
  },
});

export const mediumEqualsWire: RuleMutations = {
  rule: 'medium-equals-wire',
  mutators: [
    writesInstead('bytes that nobody gave it', ({ builder }, apply, block) => {
      apply.payloads[block] = builder.payload('nobody gave it');
    }),
    writesInstead('zeroes instead of what it was given', (_, apply, block) => {
      apply.payloads[block] = 0;
    }),
    {
      name: 'a node swaps two blocks of a write',
      blame: 'target',
      also: seen,
      apply(story) {
        const { apply } = story.random.pick(story.failovers).held[0]!.original;
        apply!.payloads.reverse();
        return apply!.node;
      },
    },
  ],
  nearMisses: [
    {
      name: 'a retransmission changed the bytes before they were delivered',
      also: ['payload-stable'],
      apply: (story) => void deliverOtherBytes(story, story.random.pick(story.done)),
    },
    {
      name: 'a request with other bytes fails at the backend',
      apply(story) {
        const { command, apply } = story.random.pick(story.done);
        const received = apply!.receivedAt / 1e6;
        const failed = story.builder.apply(command, { applied: null, received, failed: true });
        failed.payloads[0] = story.builder.payload('nobody gave it');
      },
    },
    {
      name: 'Write Zeroes comes to the medium as a write of zeroes',
      apply(story) {
        const over = story.builder.associationOf(story.tails[0]!.write.command);
        const sent = story.endMs - 20;
        const op = 'write-zeroes';
        const times = { sent, answered: sent + 3 };
        const zeroes = story.builder.command(over, { lba: 5000, bytes: '0', op, ...times });
        story.builder.apply(zeroes, { applied: sent + 2 }).op = 'write';
      },
    },
  ],
};
