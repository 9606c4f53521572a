import { landAt, loseApply } from '../edit.testing.js';
import type { Mutator, RuleMutations } from '../mutation.testing.js';
import { hastyHost } from '../scenes.testing.js';
import type { Story, Tail } from '../story.testing.js';

function tailOf({ tails }: Story, how: Tail['how']): Tail {
  return tails.find((it) => it.how === how)!;
}

const missing = (name: string, how: Tail['how']): Mutator => ({
  name: `an acknowledged write ${name} never reached the medium`,
  blame: 'target',
  apply(story) {
    const { write } = tailOf(story, how);
    loseApply(story, write);
    return story.builder.associationOf(write.command).node;
  },
});

export const finalImage: RuleMutations = {
  rule: 'final-image',
  mutators: [
    missing('with FUA', 'fua'),
    missing('before a Flush that succeeded', 'flush'),
    {
      name: 'a node applies an answered write after a newer one, and nothing follows',
      blame: 'target',
      also: ['no-stale-overwrite'],
      apply(story) {
        const { write } = tailOf(story, 'fua');
        const over = story.builder.associationOf(write.command);
        const { slba, answeredAt } = write.command;
        const newer = story.quickWrite(over, slba, story.ownBytes(1), answeredAt / 1e6 + 1);
        landAt(write.apply!, newer.apply!.appliedAt / 1e6 + 1);
        return over.node;
      },
    },
    {
      name: 'what landed over a newer write, because its host was hasty, stays',
      blame: 'host',
      wanted: { fence: 'time' },
      also: ['no-early-retry', 'no-stale-overwrite', 'path-restored'],
      apply: (story) => hastyHost(story).failover.host,
    },
  ],
  nearMisses: [
    {
      name: 'an acknowledged write that only a cache held never reached the medium',
      apply: (story) => loseApply(story, tailOf(story, 'cache').write),
    },
    {
      name: 'an acknowledged write never reached the medium, and a Flush through another node follows',
      wanted: { hosts: 1, idleBack: false, rounds: 1, oneNode: false },
      apply(story) {
        const { write } = tailOf(story, 'cache');
        loseApply(story, write);
        const { node } = story.builder.associationOf(write.command);
        const { other, back } = story.failovers[0]!;
        const elsewhere = other.node === node ? back : other;
        const sent = write.command.answeredAt / 1e6 + 1;
        const times = { sent, answered: sent + 1 };
        story.builder.command(elsewhere, { lba: 0, bytes: [], op: 'flush', ...times });
      },
    },
    {
      name: 'the image is not what the journal applied last',
      says: 'inconclusive',
      apply: (story) =>
        void story.image.set(
          tailOf(story, 'fua').write.command.slba,
          story.builder.payload('other bytes'),
        ),
    },
    {
      name: 'a last write is applied, and never answered',
      apply(story) {
        const { command } = tailOf(story, 'cache').write;
        const over = story.builder.associationOf(command);
        const sent = command.answeredAt / 1e6 + 1;
        const last = { lba: command.slba, bytes: story.ownBytes(1), sent };
        story.builder.write(over, { ...last, applied: sent + 1 });
      },
    },
  ],
};
