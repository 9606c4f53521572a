import { landAt, sendAgain, shift } from '../edit.testing.js';
import type { RuleMutations } from '../mutation.testing.js';
import { hastyHost, sceneLba } from '../scenes.testing.js';
import type { Story } from '../story.testing.js';
import type { Command } from '@fenceline/history';

function nodeOf({ builder }: Story, read: Command): string {
  return builder.associationOf(read).node;
}

/** The read of a series that follows its second write is under way together with that write. */
function concurrent(story: Story): { read: Command; older: Command; newer: Command } {
  const { writes, reads } = story.series[0]!;
  const [older, newer] = [writes[0].command, writes[1].command];
  shift(reads[1], newer.sentAt + 1e6 - reads[1].sentAt);
  return { read: reads[1], older, newer };
}

export const readsConsistent: RuleMutations = {
  rule: 'reads-consistent',
  mutators: [
    {
      name: 'a read returns the bytes before a write that was done',
      blame: 'target',
      apply(story) {
        const { writes, reads } = story.series[0]!;
        story.returns(reads[1], writes[0].command.payloads);
        return nodeOf(story, reads[1]);
      },
    },
    {
      name: 'a read returns bytes that nobody wrote',
      blame: 'target',
      apply(story) {
        const { read } = story.random.pick(story.failovers).held[0]!;
        const nobodys = story.builder.payload('nobody wrote this');
        story.returns(read, new Array<number>(read.blocks).fill(nobodys));
        return nodeOf(story, read);
      },
    },
    {
      name: 'a read returns the first content of the medium after a write that was done',
      blame: 'target',
      apply(story) {
        const { reads } = story.series[0]!;
        story.returns(reads[0], [0]);
        return nodeOf(story, reads[0]);
      },
    },
    {
      name: 'one block of a read has older bytes than a write that was done',
      blame: 'target',
      apply(story) {
        const { original, newer, read } = story.random.pick(story.failovers).held[0]!;
        const block = story.random.int(0, read.blocks - 1);
        const bytes = [...newer.command.payloads];
        bytes[block] = original.command.payloads[block]!;
        story.returns(read, bytes);
        return nodeOf(story, read);
      },
    },
    {
      name: 'a read returns what landed over a newer write because its host was hasty',
      blame: 'host',
      wanted: { fence: 'time' },
      also: ['no-early-retry', 'no-stale-overwrite', 'final-image', 'path-restored'],
      apply(story) {
        const { failover, original } = hastyHost(story);
        const sent = original.apply!.appliedAt / 1e6 + 10;
        story.read(failover.other, sceneLba, sent, 5, [sent + 1]);
        return failover.host;
      },
    },
  ],
  nearMisses: [
    {
      name: 'a read under way together with a write returns the bytes before it',
      apply(story) {
        const { read, older } = concurrent(story);
        story.returns(read, older.payloads);
      },
    },
    {
      name: 'a read under way together with a write returns the bytes of it',
      apply(story) {
        const { read, newer } = concurrent(story);
        story.returns(read, newer.payloads);
      },
    },
    {
      name: 'a read under way together with a write returns half of each',
      apply(story) {
        const { original, newer, read } = story.random.pick(story.failovers).held[0]!;
        // The older write must be the last one before: sent again, as a write of its own.
        const { slba, payloads } = original.command;
        const over = story.builder.associationOf(newer.command);
        sendAgain(story, over, slba, payloads, newer.command.sentAt / 1e6 - 5);
        shift(read, newer.command.sentAt + 1e6 - read.sentAt);
        story.returns(read, [payloads[0]!, ...newer.command.payloads.slice(1)]);
        story.isCertain = false;
      },
    },
    {
      name: 'a read returns bytes that were written a second time',
      apply(story) {
        const { writes, reads } = story.series[0]!;
        const over = story.builder.associationOf(writes[1].command);
        const { slba, payloads } = writes[0].command;
        sendAgain(story, over, slba, payloads, writes[1].command.answeredAt / 1e6 + 1);
        story.returns(reads[1], payloads);
        story.isCertain = false;
      },
    },
    {
      name: 'a read returns an unanswered write in the moment before its fence ends',
      wanted: { fence: 'ccr' },
      apply(story) {
        const { held, other, targetEnd, bound } = story.random.pick(story.failovers);
        const { original } = held[0]!;
        // Where the CQT is short, the bound by time comes first.
        landAt(original.apply!, Math.min(targetEnd, bound));
        const { slba, blocks } = original.command;
        const moments = Array.from({ length: blocks }, () => targetEnd + 0.05);
        story.read(other, slba, targetEnd - 2, 4, moments);
      },
    },
  ],
};
