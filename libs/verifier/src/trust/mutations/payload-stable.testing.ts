import { joinRetries } from '../edit.testing.js';
import type { RuleMutations } from '../mutation.testing.js';
import type { Held, Sending, Story } from '../story.testing.js';

/** A retransmission brings other bytes of one block than were sent first, and the node writes those. */
export function deliverOtherBytes(story: Story, { command, apply }: Sending): string {
  const block = story.random.int(0, command.blocks - 1);
  const delivered = [...command.payloads];
  delivered[block] = story.builder.payload('changed by a retransmission');
  command.deliveredPayloads = delivered;
  if (apply !== null) apply.payloads = [...delivered];
  return story.builder.associationOf(command).host;
}

/** A held write of several blocks. */
function several({ random, failovers }: Story): Held {
  return random.pick(failovers).held[0]!;
}

export const payloadStable: RuleMutations = {
  rule: 'payload-stable',
  mutators: [
    {
      name: 'a retransmission of a write brings other bytes',
      blame: 'host',
      apply: (story) => deliverOtherBytes(story, story.random.pick(story.done)),
    },
    {
      name: 'a retransmission of a held write brings other bytes',
      blame: 'host',
      apply: (story) => deliverOtherBytes(story, several(story).original),
    },
    {
      name: 'a retransmission of a retry brings other bytes',
      blame: 'host',
      apply: (story) => deliverOtherBytes(story, story.random.pick(several(story).retries)),
    },
    {
      name: 'a retry has other bytes for one of its blocks',
      blame: 'host',
      apply(story) {
        const { command, apply } = joinRetries(story, several(story));
        const block = story.random.int(0, command.blocks - 1);
        command.payloads[block] = story.builder.payload('changed by the host');
        apply!.payloads[block] = command.payloads[block]!;
        return story.builder.associationOf(command).host;
      },
    },
  ],
  nearMisses: [
    {
      name: 'another write goes to the same blocks while the first is outstanding',
      apply(story) {
        const { other, held, hostEnd } = story.random.pick(story.failovers);
        const { slba, blocks } = held[0]!.original.command;
        story.quickWrite(other, slba, story.ownBytes(blocks), hostEnd - 1);
      },
    },
    {
      name: 'a write of some of the same bytes, and of other blocks, goes after the fence end',
      apply(story) {
        const held = several(story);
        const { command } = joinRetries(story, held);
        const over = story.builder.associationOf(command);
        const lba = command.slba + command.blocks;
        story.quickWrite(over, lba, story.ownBytes(1), command.sentAt / 1e6);
      },
    },
    {
      name: 'a retransmission brings other bytes of a buffer that need not be stable',
      apply(story) {
        story.input.stableBuffers = false;
        deliverOtherBytes(story, story.random.pick(story.done));
      },
    },
  ],
};
