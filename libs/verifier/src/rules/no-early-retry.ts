import type { Finding, Harm, WitnessStep } from '@fenceline/contracts';
import { never, type Association, type Command } from '@fenceline/history';
import type { Facts } from '../facts.js';
import type { FenceEnd } from '../fence.js';
import type { Fences } from '../fences.js';
import type { Retry } from '../logical-writes.js';
import { cqtUnder } from '../profiles.js';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, cid, count, inMs, inSeconds, lbas, otherPath, toMs } from '../sentences.js';
import { order, type Order } from '../uncertainty.js';

/**
 * no-early-retry. A host must not send any block of an outstanding medium-changing command (sent, no answer
 * delivered) again on another association, a new one over the same link included, before its host fence end.
 *
 * Specification: NVMe Base 2.1 (TP4129, time-based recovery), 2.3 (TP8028, Cross-Controller Reset).
 *
 * A retry is known by host, block and bytes: another payload for the block is a new write of the application.
 * It cannot tell a retry of data that the host never sent in full from a new write, nor one of bytes that the
 * workload repeats: where the first association was given up, it is inconclusive then.
 *
 * Near misses: sent again after an answer with a path, ANA or transient error; sent again on the same
 * association; sent at or after the fence end; retransmissions of TCP, which are no new bytes; repeated bytes
 * over two paths that both stay.
 */
export const noEarlyRetry: Rule = {
  name: 'no-early-retry',
  restsOn: ['wire', 'medium'],
  judge: judgeNoEarlyRetry,
};

/** First retry, before the host fence end, of each outstanding command that has one. Only certain ones. */
export function earlyRetries(facts: Facts, fences: Fences): Retry[] {
  const first = new Map<number, Retry>();
  for (const retry of facts.retries) {
    if (!retry.certain || first.has(retry.original.id)) continue;
    if (toFenceEnd(facts, fences, retry) === 'before') {
      first.set(retry.original.id, retry);
    }
  }
  return [...first.values()];
}

/** Whether an original could still land when it was retried, and whether it did. */
export function harmOf(facts: Facts, { original, retry }: Retry): Harm {
  const { landings } = facts;
  if (landings.lastCertainApplyAt(original) > retry.sentAt) return 'landed';
  if (couldLand(facts, { original, retry }) || landings.lastApplyAt(original) > retry.sentAt) {
    return 'possible';
  }
  return 'none';
}

/** Whether an original was complete at the target and not applied when its retry was sent. */
export function couldLand(
  facts: Facts,
  { original, retry }: Pick<Retry, 'original' | 'retry'>,
): boolean {
  return original.completeAt <= retry.sentAt && facts.landings.appliedAt(original) > retry.sentAt;
}

function judgeNoEarlyRetry({ facts, fences }: RuleInput): Outcome {
  const { history } = facts;
  const byAssociation = new Map<number, Retry[]>();
  for (const retry of earlyRetries(facts, fences)) {
    const id = retry.original.association;
    const list = byAssociation.get(id);
    if (list === undefined) byAssociation.set(id, [retry]);
    else list.push(retry);
  }
  const findings = [...byAssociation].map(([id, retries]) =>
    finding(facts, fences, history.associations[id]!, retries),
  );
  return outcome(findings, doubtsOf(facts, fences), {
    held: 'no outstanding write was sent again elsewhere before its host fence end',
    violated: `${count(findings.length, 'association')} with a retry before the host fence end`,
  });
}

function finding(
  facts: Facts,
  fences: Fences,
  association: Association,
  retries: Retry[],
): Finding {
  const harms = retries.map((retry) => harmOf(facts, retry));
  const landed = harms.filter((harm) => harm === 'landed').length;
  const couldStill = retries.filter((retry) => couldLand(facts, retry)).length;
  const first = retries[0]!;
  const { retry } = first;
  const to = facts.history.associations[retry.association]!;
  const fenceEnd = fenceEndOf(first, fences);
  const path = otherPath(association, to);
  const since = retry.sentAt - association.lastNewHostBytesAt;
  const spoke =
    since >= 0
      ? `${inSeconds(since)} after it last spoke on ${association.link}`
      : `while it still spoke on ${association.link}`;
  const which = retries.length === 1 ? `(${place(first)})` : `, the first (${place(first)})`;
  const sentence =
    `${association.host} sent ${count(retries.length, 'outstanding write')} of path ${association.link} ` +
    `again on ${path}${which.startsWith(',') ? '' : ' '}${which} ${spoke} and ` +
    `${inSeconds(fenceEnd.at - retry.sentAt)} before the fence end under ${fences.profile.name}; ` +
    harmWords(couldStill, landed, retries.length);
  return {
    rule: 'no-early-retry',
    blame: 'host',
    blamed: association.host,
    harm: worst(harms),
    sentence,
    witness: {
      lba: first.lba,
      host: association.host,
      path: association.link,
      otherPath: to.link,
      steps: steps(facts, association, first, fenceEnd),
    },
  };
}

function place({ lba, original }: Retry): string {
  return `${lbas(lba)}, ${cid(original)}`;
}

function harmWords(couldStill: number, landed: number, all: number): string {
  if (couldStill === 0 && landed === 0) {
    return all === 1 ? 'it could no longer land.' : 'none of them could still land.';
  }
  if (all === 1) return landed === 1 ? 'it could still land, and did.' : 'it could still land.';
  return `${couldStill} of them could still land, ${landed === 0 ? 'none' : landed} did.`;
}

function worst(harms: Harm[]): Harm {
  if (harms.includes('landed')) return 'landed';
  return harms.includes('possible') ? 'possible' : 'none';
}

function steps(
  facts: Facts,
  association: Association,
  { original, retry, lba }: Retry,
  fenceEnd: FenceEnd,
): WitnessStep[] {
  const giveUpAt = facts.giveUpAt[association.id]!;
  const to = facts.history.associations[retry.association]!;
  const all: WitnessStep[] = [
    {
      ms: toMs(original.sentAt),
      what: `${association.host} sends ${original.name} ${lbas(lba)}, ${cid(original)}, on ${association.label}`,
      at: atFrame(original.sentFrame),
    },
    {
      ms: toMs(association.lastNewHostBytesAt),
      what: `${association.host} sends its last new bytes on ${association.label}`,
    },
    {
      ms: toMs(retry.sentAt),
      what: `${association.host} sends the same bytes again, ${cid(retry)}, on ${to.label}`,
      at: atFrame(retry.sentFrame),
    },
    {
      ms: toMs(fenceEnd.at),
      what: `host fence end of ${association.label}, by ${fenceEnd.by}`,
    },
  ];
  if (giveUpAt < retry.sentAt) {
    all.push({
      ms: toMs(giveUpAt),
      what: `${association.host} gives ${association.label} up`,
      ...(association.giveUpAtFrame === null ? {} : { at: atFrame(association.giveUpAtFrame) }),
    });
  }
  const appliedAt = facts.landings.lastApplyAt(original);
  if (appliedAt > retry.sentAt) {
    all.push({
      ms: toMs(appliedAt),
      what: `the medium takes the original, ${inMs(appliedAt - retry.sentAt)} after its retry was sent`,
    });
  }
  return all.sort((a, b) => a.ms - b.ms);
}

/** Retries that would be early if they are retries, or if their times are to be believed. */
function doubtsOf(facts: Facts, fences: Fences): string[] {
  const doubts = new Map<number, string>();
  for (const candidate of facts.retries) {
    const { original, retry, lba, certain } = candidate;
    const id = original.association;
    // Where the path stays, equal bytes over two paths are what two writers of a healthy lab look like.
    if (doubts.has(id) || facts.giveUpAt[id] === never) continue;
    const when = toFenceEnd(facts, fences, candidate);
    if (when === 'after' || (certain && when === 'before')) continue;
    doubts.set(
      id,
      `no-early-retry, ${place({ original, retry, lba, certain })}: ` +
        (certain
          ? `the margin to the host fence end, ${inMs(fenceEndOf(candidate, fences).at - retry.sentAt)}, is below the uncertainty of the recording`
          : `${whyUncertain(facts, candidate)}, so that a retry cannot be told from a new write`),
    );
  }
  return [...doubts.values()];
}

function whyUncertain(facts: Facts, { original, retry }: Retry): string {
  const where = labels(facts, original, retry);
  const half = [original, retry].find((it) => it.op === 'write' && it.payloads.length < it.blocks);
  return half !== undefined
    ? `the block was written on ${where}, but ${half === original ? 'the first' : 'the second'} write was never sent in full`
    : `the same bytes were sent on ${where}, but the workload repeats its bytes`;
}

function labels({ history }: Facts, a: Command, b: Command): string {
  return [a, b].map((command) => history.associations[command.association]!.label).join(' and on ');
}

/** How a retry lies to the host fence end of its original. */
function toFenceEnd(facts: Facts, fences: Fences, retry: Retry): Order {
  const { cqtMs, ccrSuccessAcknowledged: acknowledged } =
    facts.history.associations[retry.original.association]!;
  // By cause, however near: on one link, what stands behind the acknowledgement of the success was sent after it.
  const { file, frame } = retry.retry.sentFrame;
  if (acknowledged?.file === file && acknowledged.frame < frame) return 'after';
  // A fence without a hold ends with the give-up, and a retry is itself one: none comes before the first.
  if (cqtUnder(fences.profile, cqtMs) === null) return 'after';
  return order(facts.history, retry.retry.sentAt, fenceEndOf(retry, fences));
}

function fenceEndOf({ original }: Retry, fences: Fences): FenceEnd {
  return fences.host[original.association]!;
}
