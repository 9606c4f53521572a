import type { Association, Command, FaultSpan } from '@fenceline/history';
import type { Random } from './random.testing.js';
import { drawFence, type FenceKind } from './story-options.testing.js';
import type { CcrSteps, Failover, Story } from './story.testing.js';

/** What a reported CQT of 0 counts as under the default profile. */
const cqtOfZeroMs = 10_000;
const keepAliveOpcode = 0x18;
const ccrCompleted = 0x001e_f402;
const refused = 0x0138;

/** From a path's health, and the give-up, to a new association, beyond the reconnect delay. */
const reconnectWithinMs = 5000;
/** From the host fence end to the retries. */
export const retryWithinMs = 3500;

/** A new controller instance, and the first words that its host has with it. */
export function connect(
  story: Story,
  host: string,
  link: string,
  node: string,
  connected: number,
  before?: Association,
): Association {
  const { builder, options } = story;
  const { katoMs, tbkas, cqtMs, offersCcr } = options;
  const count = connected + story.openings.length;
  const identity = {
    // A node may give the same controller ID again; then the instance's CIU and CIRN tell them apart.
    cntlid: before?.cntlid ?? 10 + story.openings.length,
    ciu: offersCcr ? ((before?.ciu ?? 0) % 255) + 1 : 0,
    cirn: offersCcr ? BigInt(1000 + count) : 0n,
    ccrl: offersCcr ? 2 : 0,
  };
  const terms = { katoMs, tbkas, cqtMs, connected, controller: identity };
  const association = builder.association({ link, node, host, ...terms });
  story.openings.push({ link, t: Math.max(0, connected - 5) * 1e6 });
  const alive = keepAlive(story, association, connected + 1, connected + 2);
  // A path that never did I/O is not counted on.
  const lba = 1000 + association.id;
  const first = story.quickWrite(association, lba, story.ownBytes(1), connected + 3);
  story.greetings.set(association, { alive, first });
  return association;
}

export function keepAlive(
  { builder }: Story,
  over: Association,
  sent: number,
  complete: number | null,
  answered?: number,
): Command {
  const name = 'Keep Alive';
  const times = answered === undefined ? { sent, complete } : { sent, complete, answered };
  return builder.admin(over, { opcode: keepAliveOpcode, name, ...times });
}

/**
 * An association is lost at a moment: its link fails, its host gives it up, fences, and connects again. H is the
 * moment of the loss; T that of the last keep-alive that came through, or of what came late.
 */
export function planFailover(
  story: Story,
  random: Random,
  lost: Association,
  other: Association,
  lostAt: number,
): Failover {
  const { options } = story;
  const { katoMs, tbkas, cqtMs } = options;
  const kind = drawFence(random, options);
  const cqt = cqtMs === 0 ? cqtOfZeroMs : cqtMs;
  const timeEnd = lostAt + (tbkas ? 3 : 2) * katoMs + cqt;
  const asked = lostAt + random.int(200, tbkas ? 2 * katoMs : katoMs);
  const fence = endFence(story, random, { kind, lost, other, asked });
  const hostEnd = Math.min(timeEnd, fence.hostEnd);
  const lateAt = options.lateDelivery
    ? random.int(lostAt + 1, Math.min(hostEnd, fence.targetEnd) - 2)
    : null;
  const lastArrives = random.chance(0.5);
  const heardAt = lateAt ?? (lastArrives ? lostAt : lostAt - 3);
  keepAlive(story, lost, lostAt - 4, lostAt - 3);
  keepAlive(story, lost, lostAt, heardAt < lostAt ? null : heardAt);

  const givenUpAt = giveUp(random, lost, kind, kind === 'time' ? [lostAt + 200, hostEnd] : asked);
  const isShort = options.wild && random.chance(0.7);
  const healthyAt = lostAt + (isShort ? random.int(10, 200) : random.int(1000, 20_000));
  const { reconnectDelayMs } = story.input.hosts[lost.host]!;
  const backAt =
    Math.max(healthyAt, givenUpAt ?? hostEnd + retryWithinMs) +
    random.int(1, isShort ? 100 : reconnectDelayMs + reconnectWithinMs);
  const fault: FaultSpan = {
    id: `drop ${lost.label}`,
    describe: `drop on ${lost.link}`,
    fault: 'drop',
    link: lost.link,
    nodes: [],
    start: lostAt * 1e6,
    end: healthyAt * 1e6,
  };
  story.faults.push(fault);
  const before = random.chance(0.5) ? lost : undefined;
  const failover: Failover = {
    kind,
    host: lost.host,
    lost,
    other,
    lostAt,
    heardAt,
    givenUpAt,
    hostEnd,
    targetEnd: fence.targetEnd,
    bound: heardAt + (tbkas ? 2 : 1) * katoMs + cqt,
    lateAt,
    fault,
    back: connect(story, lost.host, lost.link, lost.node, backAt, before),
    ccr: fence.ccr,
    held: [],
  };
  story.failovers.push(failover);
  return failover;
}

interface Ended {
  hostEnd: number;
  targetEnd: number;
  ccr: CcrSteps | null;
}

const never: Ended = { hostEnd: Infinity, targetEnd: Infinity, ccr: null };

/** What ends a fence before its time, if it succeeds. */
function endFence(
  story: Story,
  random: Random,
  given: { kind: FenceKind; lost: Association; other: Association; asked: number },
): Ended {
  const { kind, lost, asked } = given;
  if (kind === 'time') return never;
  const until = Math.floor(story.options.katoMs / 2);
  if (kind === 'reset') {
    const confirmed = asked + random.int(5, Math.min(until, 2500));
    lost.resetConfirmedSentAt = (confirmed - 1) * 1e6;
    lost.resetConfirmedDeliveredAt = confirmed * 1e6;
    return { hostEnd: confirmed, targetEnd: confirmed - 1, ccr: null };
  }
  const ccr = askForReset(story, random, given, asked + random.int(20, until));
  if (kind === 'ccr-refused' || kind === 'ccr-failed') return { ...never, ccr };
  const { answerSentAt, answeredAt } = ccr.log ?? ccr.ask;
  lost.ccrSuccessSentAt = answerSentAt;
  lost.ccrSuccessDeliveredAt = answeredAt;
  return { hostEnd: answeredAt / 1e6, targetEnd: answerSentAt / 1e6, ccr };
}

function askForReset(
  { builder }: Story,
  random: Random,
  {
    kind,
    lost,
    other,
    asked,
  }: { kind: FenceKind; lost: Association; other: Association; asked: number },
  toldAt: number,
): CcrSteps {
  const { cntlid: icid, ciu, cirn } = lost;
  const immediate = kind === 'ccr';
  const ask = builder.admin(other, {
    opcode: 0x38,
    name: 'Cross-Controller Reset',
    sent: asked,
    answered: asked + 10,
    status: kind === 'ccr-refused' ? refused : 0,
    ccr: { icid, ciu, cirn, immediate },
  });
  if (kind === 'ccr' || kind === 'ccr-refused') return { ask, event: null, log: null };
  const event = builder.admin(other, {
    opcode: 0x0c,
    name: 'Asynchronous Event Request',
    sent: other.connectedAt / 1e6 + 2,
    answered: toldAt,
    event: ccrCompleted,
  });
  const status = kind === 'ccr-failed' ? 2 : 1;
  const entries = [{ icid, ciu, acid: random.int(1, 50), status, flags: 0 }];
  const log = builder.admin(other, {
    opcode: 0x02,
    name: 'Get Log Page',
    sent: toldAt + 1,
    answered: toldAt + 5,
    ccrLog: { announced: entries.length, entries },
  });
  return { ask, event, log };
}

/** @param when the moment, or the limits of one that nothing else decides */
function giveUp(
  random: Random,
  lost: Association,
  kind: FenceKind,
  when: number | [number, number],
): number | null {
  // A fencing host may keep its sockets open: then its first retry is what shows the give-up.
  if (typeof when !== 'number' && random.chance(0.25)) return null;
  const at = typeof when === 'number' ? when : random.int(...when);
  lost.giveUpAt = at * 1e6;
  lost.giveUpBy = kind.startsWith('ccr') ? 'ccr' : random.pick(['fin', 'rst'] as const);
  if (lost.giveUpBy !== 'ccr') lost.connections[0]!.hostClosedAt = lost.giveUpAt;
  return at;
}
