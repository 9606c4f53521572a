import type { RuleMutations } from '../mutation.testing.js';
import { staleToo } from '../mutation.testing.js';
import { goOver, joinRetries, sendAgain, sendAt, takeBack } from '../edit.testing.js';
import { connect } from '../plan-failover.testing.js';
import type { Failover, Sending, Story } from '../story.testing.js';

/** One retry of a failover, over a path that was there all the time. */
function someRetry(story: Story): { failover: Failover; retry: Sending } {
  const failover = story.random.pick(story.failovers);
  const retry = story.random.pick(story.random.pick(failover.held).retries);
  goOver(retry, failover.other);
  return { failover, retry };
}

/** Moves a retry to so long after the fence end. @returns the host */
const retryAfterEnd = (story: Story, ms: number): string => {
  const { failover, retry } = someRetry(story);
  sendAt(retry, failover.hostEnd + ms);
  return failover.host;
};

/** Where the fence had to wait for its time, a retry before it takes the failed reset for a success. */
const alsoOfCcr = ['ccr-conformance'] as const;

export const noEarlyRetry: RuleMutations = {
  rule: 'no-early-retry',
  mutators: [
    {
      name: 'a retry goes 1 ms before the fence end',
      blame: 'host',
      also: alsoOfCcr,
      apply: (story) => retryAfterEnd(story, -1),
    },
    {
      name: 'a retry goes when the path is given up',
      blame: 'host',
      also: [...staleToo, ...alsoOfCcr],
      apply(story) {
        const { failover, retry } = someRetry(story);
        sendAt(retry, Math.min(failover.givenUpAt ?? Infinity, failover.hostEnd - 1));
        return failover.host;
      },
    },
    {
      name: 'a retry goes over a new association to the same port, 1 ms before the fence end',
      blame: 'host',
      wanted: { fence: 'time' },
      apply(story) {
        const { failover, retry } = someRetry(story);
        const { host, lost, hostEnd } = failover;
        goOver(retry, connect(story, host, lost.link, lost.node, hostEnd - 30));
        sendAt(retry, hostEnd - 1);
        return host;
      },
    },
    {
      name: 'one block of a held write goes again before the fence end',
      blame: 'host',
      also: [...staleToo, ...alsoOfCcr],
      apply(story) {
        const { random } = story;
        const { host, held, other, givenUpAt, hostEnd } = random.pick(story.failovers);
        // The first held write has several blocks; each goes again by itself.
        const { slba, payloads } = joinRetries(story, held[0]!).command;
        takeBack(story, held[0]!.retries[0]!);
        const early = random.edgy(Math.min(givenUpAt ?? Infinity, hostEnd - 1), hostEnd - 1);
        const which = random.int(0, payloads.length - 1);
        for (const [block, payload] of payloads.entries()) {
          sendAgain(story, other, slba + block, [payload], block === which ? early : hostEnd);
        }
        return host;
      },
    },
    {
      name: 'a retry goes 11 ms before the fence end, by two stamps that may each be 5 ms late',
      blame: 'host',
      wanted: { fence: 'time', uncertainMs: 5 },
      apply: (story) => retryAfterEnd(story, -11),
    },
  ],
  nearMisses: [
    {
      name: 'a retry goes at the fence end',
      apply: (story) => void retryAfterEnd(story, 0),
    },
    {
      name: 'a retry goes 1 ms after the fence end',
      apply: (story) => void retryAfterEnd(story, 1),
    },
    {
      name: 'a retry goes 9 ms before the fence end, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { fence: 'time', uncertainMs: 5 },
      apply: (story) => void retryAfterEnd(story, -9),
    },
    {
      name: 'a new write of other bytes goes to a held block before the fence end',
      apply(story) {
        const { held, other, hostEnd } = story.random.pick(story.failovers);
        const { slba, blocks } = story.random.pick(held).original.command;
        story.quickWrite(other, slba, story.ownBytes(blocks), hostEnd - 1);
      },
    },
    {
      name: 'the same bytes go again on the same association while the first are outstanding',
      apply(story) {
        const { command } = story.random.pick(story.done);
        const over = story.builder.associationOf(command);
        sendAgain(story, over, command.slba, command.payloads, command.sentAt / 1e6 + 0.5);
        story.isCertain = false;
      },
    },
    {
      name: 'another host writes the same bytes to the same block before the fence end',
      wanted: { hosts: 2, rounds: 1 },
      apply(story) {
        const { random, failovers } = story;
        const { host, held, hostEnd } = random.pick(failovers);
        const { other } = failovers.find((it) => it.host !== host)!;
        const { slba, payloads } = random.pick(held).original.command;
        sendAgain(story, other, slba, payloads, hostEnd - 1);
        story.isCertain = false;
      },
    },
    {
      name: 'the same bytes go to another block before the fence end',
      apply(story) {
        const { held, other, hostEnd } = story.random.pick(story.failovers);
        const { payloads } = story.random.pick(held).original.command;
        sendAgain(story, other, 5000, payloads, hostEnd - 1);
        story.isCertain = false;
      },
    },
    {
      name: 'a write goes again in the moment in which a path error answers it',
      wanted: { pathErrors: true },
      apply(story) {
        const { command, again } = story.random.pick(story.refused);
        sendAt(again, command.answeredAt / 1e6);
      },
    },
  ],
};
