import type { ExerciseName, Exercised } from '@fenceline/contracts';
import { changesMedium, never, type Command } from '@fenceline/history';
import type { Facts } from './facts.js';
import type { FenceEnd } from './fence.js';
import { closingOf, type Fences } from './fences.js';
import { countJoins } from './joins.js';
import { succeeded } from './logical-writes.js';
import { firstRetryOf } from './retries.js';
import { couldLand, earlyRetries } from './rules/no-early-retry.js';

/** Every counter of which a scenario can ask a minimum. */
export type ExerciseCounters = Record<ExerciseName, number>;

/** What the run exercised, with early retries counted under the given profile. Counts of writes. */
export function exercisedCounters(
  facts: Facts,
  fences: Fences,
  links: readonly string[],
): ExerciseCounters {
  const early = earlyRetries(facts, fences);
  return {
    ...countAtGiveUp(facts),
    retriedEarly: early.length,
    couldLand: early.filter((retry) => couldLand(facts, retry)).length,
    landedLate: countLandedLate(facts),
    held: facts.history.applies.filter((apply) => apply.heldAt !== null).length,
    writesPerPath: fewestWritesPerPath(facts, links),
    overlappingWrites: countOverlapping(facts, fences),
    giveUps: facts.giveUps.length,
    resumedAfterCcr: countResumedAfter(facts, fences, 'ccr'),
    resumedAfterTime: countResumedAfter(facts, fences, 'time'),
    ...countJoins(facts.history, facts.blocks),
  };
}

/** The part of the counters that a verdict shows. */
export function exercisedOf(counters: ExerciseCounters, unattributed: number): Exercised {
  const { outstanding, completeUnapplied, retriedEarly, couldLand, landedLate } = counters;
  return { outstanding, completeUnapplied, retriedEarly, couldLand, landedLate, unattributed };
}

/** Writes that were sent and not answered when their association was given up, and their state. */
function countAtGiveUp({ history, giveUps, giveUpAt, landings }: Facts) {
  const counts = { outstanding: 0, completeUnapplied: 0, appliedUnanswered: 0 };
  const given = new Set(giveUps.map(({ association }) => association.id));
  for (const command of history.commands) {
    if (!changesMedium(command) || !given.has(command.association)) continue;
    const at = giveUpAt[command.association]!;
    if (command.sentAt > at || command.answeredAt <= at) continue;
    counts.outstanding++;
    if (landings.appliedAt(command) <= at) counts.appliedUnanswered++;
    else if (command.completeAt <= at) counts.completeUnapplied++;
  }
  return counts;
}

/** Associations given up of which the first retry came after a fence that had ended so. */
function countResumedAfter({ giveUps, firstRetryAt }: Facts, fences: Fences, by: FenceEnd['by']) {
  return giveUps.filter(({ association: { id } }) => {
    const end = fences.host[id]!;
    const retriedAt = firstRetryAt[id]!;
    return end.by === by && retriedAt !== never && retriedAt >= end.at;
  }).length;
}

function countLandedLate({ retries, landings }: Facts): number {
  let late = 0;
  for (const { original, retry } of firstRetryOf(retries).values()) {
    if (landings.lastApplyAt(original) > retry.sentAt) late++;
  }
  return late;
}

/** The fewest writes that were answered with success over any one link. */
function fewestWritesPerPath({ history }: Facts, links: readonly string[]): number {
  const writes = new Map(links.map((link) => [link, 0]));
  for (const { link } of history.associations) if (!writes.has(link)) writes.set(link, 0);
  for (const command of history.commands) {
    if (!isAnsweredWrite(command)) continue;
    const { link } = history.associations[command.association]!;
    writes.set(link, writes.get(link)! + 1);
  }
  return writes.size === 0 ? 0 : Math.min(...writes.values());
}

function isAnsweredWrite(command: Command): boolean {
  return command.op === 'write' && succeeded(command);
}

/** Logical writes of a block that began while another one of that block was not closed. */
function countOverlapping({ mediumOrder }: Facts, fences: Fences): number {
  let { overlapping } = mediumOrder;
  for (const block of mediumOrder.unclear) {
    let busyUntil = -never;
    for (const write of block.writes.writes) {
      if (write.firstSentAt < busyUntil) overlapping++;
      busyUntil = Math.max(busyUntil, closingOf(write, fences).at);
    }
  }
  return overlapping;
}
