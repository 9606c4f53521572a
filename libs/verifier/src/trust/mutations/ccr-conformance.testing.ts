import { landAt, landed, sendAt, shift } from '../edit.testing.js';
import { staleToo, type Mutator, type RuleMutations } from '../mutation.testing.js';
import type { CcrSteps, Failover, Story } from '../story.testing.js';
import { never, type Command } from '@fenceline/history';

type Reset = Failover & { ccr: CcrSteps };

function someReset({ random, failovers }: Story): Reset {
  return random.pick(failovers.filter((it): it is Reset => it.ccr !== null));
}

/** The log page 1Eh of a reset that was accepted. */
function logOf({ ccr }: Reset) {
  return { read: ccr.log!, page: ccr.log!.ccrLog! };
}

const asks = (name: string, change: (ask: NonNullable<Command['ccr']>) => void): Mutator => ({
  name: `a host asks for the reset of ${name}`,
  blame: 'host',
  wanted: { fence: 'ccr' },
  apply(story) {
    const { ccr, host } = someReset(story);
    change(ccr.ask.ccr!);
    // A target that is right takes no reset of an instance that there is not.
    if (ccr.ask.answeredAt !== never) ccr.ask.status = 0x02;
    return host;
  },
});

const retriesAfter = (name: string, fence: 'ccr-refused' | 'ccr-failed'): Mutator => ({
  name: `a host retries before its fence end, after ${name}`,
  blame: 'host',
  wanted: { fence },
  also: ['no-early-retry', ...staleToo],
  apply(story) {
    const { ccr, held, host, hostEnd } = someReset(story);
    const told = Math.ceil((ccr.log ?? ccr.ask).answeredAt / 1e6) + 1;
    sendAt(story.random.pick(held).retries[0]!, story.random.edgy(told, hostEnd - 1));
    return host;
  },
});

export const ccrConformance: RuleMutations = {
  rule: 'ccr-conformance',
  mutators: [
    asks('another CIU', (ask) => (ask.ciu += 1)),
    asks('another CIRN', (ask) => (ask.cirn += 1n)),
    asks('a controller that it was told nothing of', (ask) => (ask.icid = 999)),
    retriesAfter('its reset was refused', 'ccr-refused'),
    retriesAfter('an entry with CCRS=2', 'ccr-failed'),
    {
      name: 'a target tells success with a held write complete and unapplied',
      blame: 'target',
      wanted: { fence: 'ccr' },
      also: ['no-write-after-fence', 'keep-alive-duty'],
      apply(story) {
        const failover = someReset(story);
        landAt(landed(story, failover).apply, failover.targetEnd + 1);
        return failover.lost.node;
      },
    },
    {
      name: 'a controller answers a command that came to it after its reset',
      blame: 'target',
      wanted: { fence: 'ccr-log' },
      apply(story) {
        const { lost, targetEnd, lostAt } = someReset(story);
        const complete = targetEnd + 1;
        const times = { sent: lostAt, complete, answered: targetEnd + 3 };
        story.builder.admin(lost, { opcode: 0x18, name: 'Keep Alive', ...times });
        return lost.node;
      },
    },
    {
      name: 'the next instance of a controller has the same CIRN',
      blame: 'target',
      wanted: { offersCcr: true },
      apply(story) {
        const { lost, back } = story.random.pick(story.failovers);
        const { cntlid, cirn } = lost;
        Object.assign(back, { cntlid, cirn });
        return back.node;
      },
    },
    {
      name: 'the event F4h comes, and log page 1Eh has no completed entry',
      blame: 'target',
      wanted: { fence: 'ccr-failed' },
      apply(story) {
        const reset = someReset(story);
        Object.assign(logOf(reset).page, { announced: 0, entries: [] });
        return reset.other.node;
      },
    },
    {
      name: 'log page 1Eh has an entry that nobody asked for',
      blame: 'target',
      wanted: { fence: 'ccr-log' },
      apply(story) {
        const reset = someReset(story);
        const { page } = logOf(reset);
        page.entries.push({ ...page.entries[0]!, icid: 999 });
        page.announced++;
        return reset.other.node;
      },
    },
    {
      name: 'log page 1Eh has an entry with a reserved CCRS',
      blame: 'target',
      wanted: { fence: 'ccr-failed' },
      apply(story) {
        const reset = someReset(story);
        logOf(reset).page.entries[0]!.status = 3;
        return reset.other.node;
      },
    },
  ],
  nearMisses: [
    {
      name: 'a host retries at its fence end, after an entry with CCRS=2',
      wanted: { fence: 'ccr-failed' },
      apply(story) {
        const { held, hostEnd } = someReset(story);
        sendAt(story.random.pick(held).retries[0]!, hostEnd);
      },
    },
    {
      name: 'the entry is read before its event comes, and the page is empty afterwards',
      wanted: { fence: 'ccr-log' },
      apply(story) {
        const { ccr, other, hostEnd } = someReset(story);
        const sent = hostEnd + 20;
        shift(ccr.event!, (sent - 10) * 1e6 - ccr.event!.answeredAt);
        ccr.event!.sentAt = other.connectedAt + 2e6;
        const times = { sent, answered: sent + 2, ccrLog: { announced: 0, entries: [] } };
        story.builder.admin(other, { opcode: 0x02, name: 'Get Log Page', ...times });
      },
    },
    {
      name: 'only the header of the log page is read',
      wanted: { fence: 'ccr-failed' },
      apply: (story) => void (logOf(someReset(story)).page.entries = []),
    },
    {
      name: 'the success is told in the moment in which a held write lands',
      wanted: { fence: 'ccr' },
      also: ['keep-alive-duty'],
      apply(story) {
        const reset = someReset(story);
        landAt(landed(story, reset).apply, reset.targetEnd);
      },
    },
    {
      name: 'a host asks a source for more resets than its CCRL',
      wanted: { fence: 'ccr' },
      apply: (story) => void (someReset(story).other.ccrl = 0),
    },
    {
      name: 'an answer to a command that came before the success leaves after it',
      wanted: { fence: 'ccr' },
      apply(story) {
        const { lost, targetEnd, lostAt } = someReset(story);
        const times = { sent: lostAt - 10, complete: lostAt - 5, answered: targetEnd + 3 };
        story.builder.admin(lost, { opcode: 0x18, name: 'Keep Alive', ...times });
      },
    },
  ],
};
