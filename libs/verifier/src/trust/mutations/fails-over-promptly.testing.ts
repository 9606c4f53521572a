import { defaultBounds } from '../../input.js';
import { sendAt, takeBack } from '../edit.testing.js';
import type { RuleMutations } from '../mutation.testing.js';
import type { Refused, Story } from '../story.testing.js';

const wanted = { pathErrors: true } as const;

function someRefused({ random, refused }: Story): Refused {
  return random.pick(refused);
}

/** The write goes again so long after the bound. @returns the host */
function goAfterBound(story: Story, ms: number): string {
  const { command, again } = someRefused(story);
  sendAt(again, command.answeredAt / 1e6 + defaultBounds.failoverMs + ms);
  return story.builder.associationOf(command).host;
}

function neverAgain(story: Story): Refused & { host: string } {
  const refused = someRefused(story);
  takeBack(story, refused.again);
  return { ...refused, host: story.builder.associationOf(refused.command).host };
}

export const failsOverPromptly: RuleMutations = {
  rule: 'fails-over-promptly',
  mutators: [
    {
      name: 'a write goes again 1 ms after the bound from its path error',
      blame: 'host',
      wanted,
      apply: (story) => goAfterBound(story, 1),
    },
    {
      name: 'a write never goes again after its path error',
      blame: 'host',
      wanted,
      apply: (story) => neverAgain(story).host,
    },
    {
      name: 'a write goes again 11 ms after the bound, by two stamps that may each be 5 ms late',
      blame: 'host',
      wanted: { ...wanted, uncertainMs: 5 },
      apply: (story) => goAfterBound(story, 11),
    },
  ],
  nearMisses: [
    {
      name: 'a write goes again at the bound',
      wanted,
      apply: (story) => void goAfterBound(story, 0),
    },
    {
      name: 'a write goes again 1 ms before the bound',
      wanted,
      apply: (story) => void goAfterBound(story, -1),
    },
    {
      name: 'a write goes again 9 ms after the bound, by two stamps that may each be 5 ms late',
      says: 'inconclusive',
      wanted: { ...wanted, uncertainMs: 5 },
      apply: (story) => void goAfterBound(story, 9),
    },
    {
      name: 'a write never goes again after another error than one of its path',
      wanted,
      apply: (story) => void (neverAgain(story).command.status = 0x281),
    },
    {
      name: 'a write never goes again, and its application was told of the error',
      wanted,
      apply(story) {
        const { host } = neverAgain(story);
        story.workloads.find((it) => it.host === host)!.errors = 1;
        story.input.allowIoErrors = true;
      },
    },
    {
      name: 'a write goes again when the only other path is without a fault again',
      wanted: { ...wanted, rounds: 1, fence: 'time', cqtMs: 0 },
      apply(story) {
        const { command, again } = someRefused(story);
        const { host } = story.builder.associationOf(command);
        const { other, fault } = story.failovers.find((it) => it.host === host)!;
        const end = command.answeredAt + 7000e6;
        const during = { start: command.answeredAt, end };
        story.faults.push({ ...fault, id: 'of the other path', link: other.link, ...during });
        sendAt(again, end / 1e6 + 1);
      },
    },
  ],
};
