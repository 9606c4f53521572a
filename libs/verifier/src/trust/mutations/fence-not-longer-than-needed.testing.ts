import { shift } from '../edit.testing.js';
import type { RuleMutations } from '../mutation.testing.js';
import type { Failover, Story } from '../story.testing.js';
import { defaultBounds } from '../../input.js';

/** A fence that takes long enough for the bound to pass: CQT counts as 10 s. */
const long = { cqtMs: 0, lateDelivery: false } as const;
const refused = { ...long, fence: 'ccr-refused' } as const;

/** The host asks so long after the bound. @returns the host */
function askAfterBound(story: Story, ms: number): string {
  const { ccr, lost, lostAt, host, back } = story.random.pick(story.failovers);
  // The next instance, which may be there by then, has another controller ID: this one is not in doubt.
  back.cntlid += 500;
  const noticed = lostAt + 2 * story.options.katoMs;
  const { ask } = ccr!;
  shift(ask, (noticed + defaultBounds.ccrMs + ms) * 1e6 - ask.sentAt);
  lost.giveUpAt = ask.sentAt;
  return host;
}

/** Both controllers of a failover offer Cross-Controller Reset, and nobody asks for one. */
function nobodyAsks(story: Story, ccrl: number): Failover {
  const failover = story.random.pick(story.failovers);
  Object.assign(failover.lost, { ciu: 1, cirn: 11n, ccrl });
  Object.assign(failover.other, { ciu: 2, cirn: 12n, ccrl });
  return failover;
}

export const fenceNotLongerThanNeeded: RuleMutations = {
  rule: 'fence-not-longer-than-needed',
  mutators: [
    {
      name: 'a host never asks for a reset, though a source offers it',
      blame: 'host',
      wanted: { ...long, fence: 'time' },
      apply: (story) => nobodyAsks(story, 1).host,
    },
    {
      name: 'a host asks for a reset 1 ms after the bound',
      blame: 'host',
      wanted: refused,
      apply: (story) => askAfterBound(story, 1),
    },
    {
      name: 'a host asks 11 ms after the bound, by two stamps that may each be 5 ms late',
      blame: 'host',
      wanted: { ...refused, uncertainMs: 5 },
      apply: (story) => askAfterBound(story, 11),
    },
    {
      name: 'a host asks for the reset of another controller than it lost',
      blame: 'host',
      wanted: refused,
      also: ['ccr-conformance'],
      apply(story) {
        const { ccr, host } = story.random.pick(story.failovers);
        ccr!.ask.ccr!.icid = 999;
        return host;
      },
    },
  ],
  nearMisses: [
    {
      name: 'a host asks for a reset at the bound',
      wanted: refused,
      apply: (story) => void askAfterBound(story, 0),
    },
    {
      name: 'a host asks for a reset 1 ms before the bound',
      wanted: refused,
      apply: (story) => void askAfterBound(story, -1),
    },
    {
      name: 'a host asks 9 ms after the bound, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { ...refused, uncertainMs: 5 },
      apply: (story) => void askAfterBound(story, 9),
    },
    {
      name: 'a host never asks, as no source has a slot',
      wanted: { ...long, fence: 'time' },
      apply: (story) => void nobodyAsks(story, 0),
    },
    {
      name: 'a host never asks, as the link of the only source has a fault',
      wanted: { ...long, fence: 'time', rounds: 1 },
      apply(story) {
        const { other, fault, lostAt, hostEnd } = nobodyAsks(story, 1);
        const during = { start: lostAt * 1e6, end: hostEnd * 1e6 };
        story.faults.push({ ...fault, id: 'of the source', link: other.link, ...during });
      },
    },
  ],
};
