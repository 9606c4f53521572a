import { defaultBounds } from '../../input.js';
import { giveUpMs, goOver, joinRetries, sendAt, takeBack } from '../edit.testing.js';
import type { Mutator, RuleMutations } from '../mutation.testing.js';
import type { StoryOptions } from '../story-options.testing.js';
import type { Failover, Held, Story } from '../story.testing.js';

/** The run goes on for longer than any hold and the bound. */
const lasting = { rounds: 1, lingerMs: 30_000 } as const;

/** The host fence end, read the long way: the host may start its clock when it notices the loss. */
function latestEnd({ options }: Story, failover: Failover): number {
  const { kind, lostAt, hostEnd } = failover;
  if (kind === 'ccr' || kind === 'ccr-log' || kind === 'reset') return hostEnd;
  const noticed = Math.max(lostAt, Math.min(giveUpMs(failover), lostAt + 2 * options.katoMs));
  return noticed + hostEnd - lostAt;
}

/** One held write goes on so long after the bound. @returns the host */
function goOnAfterBound(story: Story, ms: number): string {
  const failover = story.random.pick(story.failovers);
  const end = latestEnd(story, failover);
  const retry = joinRetries(story, story.random.pick(failover.held));
  goOver(retry, failover.other);
  // Where this retry is what shows the give-up, another one that stays does: the first held write's.
  sendAt(retry, end + defaultBounds.recoveryMs + ms);
  return failover.host;
}

function neverGoesOn(story: Story): { failover: Failover; held: Held } {
  const failover = story.random.pick(story.failovers);
  const held = story.random.pick(failover.held);
  for (const retry of held.retries) takeBack(story, retry);
  return { failover, held };
}

const oneMsLate = (name: string, fence: StoryOptions['fence']): Mutator => ({
  name: `a held write goes on 1 ms after the bound, ${name}`,
  blame: 'host',
  wanted: { ...lasting, fence },
  apply: (story) => goOnAfterBound(story, 1),
});

export const recoversInTime: RuleMutations = {
  rule: 'recovers-in-time',
  mutators: [
    oneMsLate('after a fence that ended by time', 'time'),
    oneMsLate('after the answer with IRS=1', 'ccr'),
    oneMsLate('after a confirmed reset', 'reset'),
    {
      name: 'a held write never goes on',
      blame: 'host',
      wanted: { ...lasting, fence: 'ccr-failed' },
      apply: (story) => neverGoesOn(story).failover.host,
    },
    {
      name: 'a held write goes on 11 ms after the bound, by two stamps that may each be 5 ms late',
      blame: 'host',
      wanted: { ...lasting, fence: 'ccr', uncertainMs: 5 },
      apply: (story) => goOnAfterBound(story, 11),
    },
  ],
  nearMisses: [
    {
      name: 'a held write goes on at the bound',
      wanted: lasting,
      apply: (story) => void goOnAfterBound(story, 0),
    },
    {
      name: 'a held write goes on 1 ms before the bound',
      wanted: lasting,
      apply: (story) => void goOnAfterBound(story, -1),
    },
    {
      name: 'a held write goes on 9 ms after the bound, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { ...lasting, fence: 'ccr', uncertainMs: 5 },
      apply: (story) => void goOnAfterBound(story, 9),
    },
    {
      name: 'a held write never goes on, and its application was told of errors',
      wanted: { ...lasting, fence: 'ccr' },
      apply(story) {
        const { host } = neverGoesOn(story).failover;
        story.workloads.find((it) => it.host === host)!.errors = 1;
        story.input.allowIoErrors = true;
      },
    },
    {
      name: 'a held write never goes on, as no path is without a fault from the fence end on',
      wanted: { ...lasting, fence: 'reset' },
      apply(story) {
        const { failover } = neverGoesOn(story);
        const during = { start: failover.hostEnd * 1e6, end: story.endMs * 1e6 };
        for (const { link } of [failover.lost, failover.other]) {
          story.faults.push({ ...failover.fault, id: `of ${link}`, link, ...during });
        }
      },
    },
  ],
};
