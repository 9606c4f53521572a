import { landAt, landed, leaveUnanswered, sendAgain, sendAt } from '../edit.testing.js';
import type { Mutator, RuleMutations } from '../mutation.testing.js';
import { hastyHost, lateArrival } from '../scenes.testing.js';
import type { StoryOptions } from '../story-options.testing.js';
import type { Sending, Story } from '../story.testing.js';

const seen = ['reads-consistent', 'final-image'] as const;

/** Half a ms after another request, before anybody can look. */
function landJustAfter(older: Sending, newer: Sending): void {
  landAt(older.apply!, newer.apply!.appliedAt / 1e6 + 0.5);
}

const overNewer = (
  after: string,
  fence: StoryOptions['fence'],
  also: Mutator['also'] = [],
): Mutator => ({
  name: `a held write lands over a newer one, after ${after}`,
  blame: 'target',
  wanted: { fence, lateDelivery: false },
  also: [...seen, 'keep-alive-duty', ...also],
  apply(story) {
    const failover = story.random.pick(story.failovers);
    const held = landed(story, failover);
    landJustAfter(held.original, held.newer);
    return failover.lost.node;
  },
});

/** The two writes of a series, the older one applied after the newer; nobody reads between them. */
function swapped(story: Story): [older: Sending, newer: Sending] {
  const { writes, reads } = story.series[0]!;
  story.builder.remove(reads[0]);
  landJustAfter(...writes);
  return writes;
}

export const noStaleOverwrite: RuleMutations = {
  rule: 'no-stale-overwrite',
  mutators: [
    overNewer("the target's bound by time", 'time'),
    overNewer('the answer with IRS=1', 'ccr', ['no-write-after-fence', 'ccr-conformance']),
    overNewer('the entry of log page 1Eh', 'ccr-log', ['no-write-after-fence', 'ccr-conformance']),
    overNewer('the confirmation of a reset', 'reset', ['no-write-after-fence']),
    {
      name: 'a host retries at once and writes anew; the original lands within the bound',
      blame: 'host',
      wanted: { fence: 'time' },
      // An early retry is a give-up, from which the time for a new association counts.
      also: [...seen, 'no-early-retry', 'path-restored'],
      apply: (story) => hastyHost(story).failover.host,
    },
    {
      name: 'a write came late to its node, and lands within the bound over a newer one',
      blame: 'host',
      wanted: { fence: 'time', tbkas: true },
      also: seen,
      apply(story) {
        const { original, newer, failover } = lateArrival(story);
        landJustAfter(original, newer);
        return failover.host;
      },
    },
    {
      name: 'a node answers a write that it applies only after a newer one',
      blame: 'target',
      also: seen,
      apply: (story) => swapped(story)[0].apply!.node,
    },
  ],
  nearMisses: [
    {
      name: 'an original lands after its own retry, and 1 ms before the newer write',
      wanted: { fence: 'time', tbkas: true },
      apply(story) {
        const { original, newer } = lateArrival(story);
        landAt(original.apply!, newer.apply!.appliedAt / 1e6 - 1);
      },
    },
    {
      name: 'an older write is applied after a newer one of the same bytes',
      apply(story) {
        const [older, newer] = swapped(story);
        newer.command.payloads = [...older.command.payloads];
        newer.apply!.payloads = [...older.apply!.payloads];
        story.isCertain = false;
      },
    },
    {
      name: 'an older write is applied once more bytes like its own have overwritten the newer one',
      apply(story) {
        const [older, newer] = swapped(story);
        const over = story.builder.associationOf(newer.command);
        const { slba, payloads } = older.command;
        const after = newer.command.answeredAt / 1e6 + 1;
        landJustAfter(older, sendAgain(story, over, slba, payloads, after));
        story.isCertain = false;
      },
    },
    {
      name: 'the second of two equal writes of one association is not answered, and applied after a newer one',
      apply(story) {
        const { writes } = story.series[0]!;
        const [first, newer] = writes;
        const over = story.builder.associationOf(first.command);
        const { slba, payloads, sentAt } = first.command;
        const second = sendAgain(story, over, slba, payloads, sentAt / 1e6 + 0.5);
        leaveUnanswered(second.command);
        landJustAfter(second, newer);
        story.isCertain = false;
      },
    },
    {
      name: 'an older write is applied after a newer one that is never answered',
      apply: (story) => leaveUnanswered(swapped(story)[1].command),
    },
    {
      name: 'an older write is applied after a newer one that failed',
      apply: (story) => void (swapped(story)[1].command.status = 0x281),
    },
    {
      name: 'an older write is applied after a newer one, which was sent 1 ms before its answer',
      apply(story) {
        const [older, newer] = swapped(story);
        sendAt(newer, older.command.answeredAt / 1e6 - 1);
        landJustAfter(older, newer);
      },
    },
  ],
};
