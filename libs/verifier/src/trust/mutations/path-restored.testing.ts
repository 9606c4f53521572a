import { never } from '@fenceline/history';
import { defaultBounds } from '../../input.js';
import { longestFenceEnd } from '../../longest-fence.js';
import { giveUpMs, sendAt, shift } from '../edit.testing.js';
import type { RuleMutations } from '../mutation.testing.js';
import type { Failover, Story } from '../story.testing.js';

/** Nothing goes over the association that came back, and the run lasts long enough to miss it. */
const idle = { rounds: 1, idleBack: true, lingerMs: 60_000 } as const;

/** From when on the path is to come back, and until when it may take. In ms. */
function boundOf({ input }: Story, failover: Failover): { from: number; until: number } {
  const resumed = failover.held.flatMap(({ retries }) =>
    retries.map(({ command }) => command.sentAt / 1e6),
  );
  const longest = longestFenceEnd(failover.lost, giveUpMs(failover) * 1e6) / 1e6;
  const fenced = Math.min(longest, ...resumed);
  const from = Math.max(failover.fault.end / 1e6, giveUpMs(failover), fenced);
  const { reconnectDelayMs } = input.hosts[failover.host]!;
  return { from, until: from + reconnectDelayMs + defaultBounds.reconnectMs };
}

/** The host connects again so long after the bound, and does not try before. @returns the host */
function comeBackAfterBound(story: Story, ms: number): string {
  const failover = story.random.pick(story.failovers);
  const { until } = boundOf(story, failover);
  const { back } = failover;
  back.connectedAt = back.identifiedAt = (until + ms) * 1e6;
  const { alive, first } = story.greetings.get(back)!;
  shift(alive, back.connectedAt + 1e6 - alive.sentAt);
  sendAt(first, until + ms + 3);
  openings(story, failover, [until + ms]);
  return failover.host;
}

/** When the host begins to open connections over a lost link again. */
function openings(story: Story, { lost, lostAt }: Failover, tries: number[]): void {
  const others = story.openings.filter(({ link, t }) => link !== lost.link || t < lostAt * 1e6);
  const again = tries.map((ms) => ({ link: lost.link, t: ms * 1e6 }));
  story.openings.splice(0, Infinity, ...others, ...again);
}

function neverComesBack(story: Story, tries: number[] = []): Failover {
  const failover = story.random.pick(story.failovers);
  const { back } = failover;
  const { alive, first } = story.greetings.get(back)!;
  story.builder.remove(alive, first.command).removeApply(first.apply!);
  back.connectedAt = back.identifiedAt = never;
  openings(story, failover, tries);
  return failover;
}

export const pathRestored: RuleMutations = {
  rule: 'path-restored',
  mutators: [
    {
      name: 'a host never connects again',
      blame: 'host',
      wanted: idle,
      apply: (story) => neverComesBack(story).host,
    },
    {
      name: 'a host connects again 1 ms after the bound',
      blame: 'host',
      wanted: idle,
      apply: (story) => comeBackAfterBound(story, 1),
    },
    {
      name: 'a host connects again 11 ms after the bound, by two stamps that may each be 5 ms late',
      blame: 'host',
      wanted: { ...idle, uncertainMs: 5 },
      apply: (story) => comeBackAfterBound(story, 11),
    },
    {
      name: 'a host opens connections over its other link only',
      blame: 'host',
      wanted: idle,
      apply(story) {
        const failover = neverComesBack(story);
        const t = (boundOf(story, failover).from + 1) * 1e6;
        story.openings.push({ link: failover.other.link, t });
        return failover.host;
      },
    },
  ],
  nearMisses: [
    {
      name: 'a host connects again at the bound',
      wanted: idle,
      apply: (story) => void comeBackAfterBound(story, 0),
    },
    {
      name: 'a host connects again 1 ms before the bound',
      wanted: idle,
      apply: (story) => void comeBackAfterBound(story, -1),
    },
    {
      name: 'a host connects again 9 ms after the bound, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { ...idle, uncertainMs: 5 },
      apply: (story) => void comeBackAfterBound(story, 9),
    },
    {
      name: 'a host tries to connect again, and no node answers',
      says: 'inconclusive',
      wanted: idle,
      apply(story) {
        const failover = neverComesBack(story);
        openings(story, failover, [boundOf(story, failover).from + 100]);
      },
    },
    {
      name: 'a host never connects again, as its controller loss time-out has passed',
      wanted: idle,
      apply(story) {
        const { host } = neverComesBack(story);
        story.input.hosts[host]!.ctrlLossTimeoutMs = 1000;
      },
    },
    {
      name: 'a host never connects again, as the fault comes back 1 ms before the bound',
      wanted: idle,
      apply(story) {
        const failover = neverComesBack(story);
        const start = (boundOf(story, failover).until - 1) * 1e6;
        story.faults.push({ ...failover.fault, id: 'again', start, end: never });
      },
    },
  ],
};
