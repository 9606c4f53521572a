import type { Finding } from '@fenceline/contracts';
import { changesMedium, never, type Association } from '@fenceline/history';
import { Status } from '@fenceline/nvme';
import { ccrTraffic, sameController, wasRefused, type CcrTraffic } from '../ccr/ccr-traffic.js';
import type { Facts } from '../facts.js';
import { boundsOf } from '../input.js';
import { hasRepeatedBytes } from '../repeated-bytes.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, inSeconds, toMs } from '../sentences.js';
import { wasToldOfErrors } from '../told-of-errors.js';
import { order } from '../uncertainty.js';
import { experimentOf, momentAfter, reachableSpansOf } from '../usable-paths.js';

/**
 * fence-not-longer-than-needed. A host that holds writes of a lost association must ask for the reset of its
 * controller, within a bound of 5 s unless the input sets another, while a controller of the same subsystem that
 * offers Cross-Controller Reset and has a free slot is live: it would otherwise hold them until its time is up.
 *
 * Specification: NVMe Base 2.3 (TP8028), Cross-Controller Reset; CIU, CIRN and CCRL of Identify Controller.
 *
 * Counts from the moment at which the host can have noticed the loss: the give-up, or H + 2 × KATO where that is
 * earlier; where every source that was asked has refused, from the last refusal, for the sources that are left
 * over other links. It
 * cannot see how long a host waits for one source before it asks the next: the specification sets no
 * such wait, and no profile does either.
 *
 * Near misses: no CCR on either side (CIU 0, CCRL 0); nothing was outstanding; the writes went on before the
 * bound; no source was live, or its link had a fault, for as long as the bound; all slots of it were in use. What
 * the backend of a source's node holds is no excuse: a reset asks nothing of the medium.
 */
export const fenceNotLongerThanNeeded: Rule = {
  name: 'fence-not-longer-than-needed',
  restsOn: ['wire'],
  sameUnderEach: true,
  judge: judgeFence,
};

function judgeFence({ facts, input }: RuleInput): Outcome {
  const { history } = facts;
  const boundNs = boundsOf(input).ccrMs * 1e6;
  const traffic = ccrTraffic(history);
  const findings: Finding[] = [];
  const doubts: string[] = [];
  let looked = 0;
  for (const { association, at } of facts.giveUps) {
    if (!canBeReset(association) || !hasOutstanding(facts, association, at)) continue;
    const endedAt = Math.min(firstResumed(facts, association), fenceEnded(association));
    for (const turn of turns(traffic, association, at)) {
      const { from, askedAt, refusedBy } = turn;
      const sources = freeSources(facts, traffic, association, from).filter(
        (source) =>
          refusedBy.length === 0 ||
          (source.link !== association.link &&
            !refusedBy.some((other) => sameController(source, other))),
      );
      const spans = reachableSpansOf(facts, sources, { from, to: experimentOf(history).to });
      const deadline = momentAfter(spans, from, boundNs);
      const doneAt = Math.min(askedAt, endedAt);
      if (deadline === never) continue;
      if (doneAt === never && wasToldOfErrors(history, association.host)) continue;
      looked++;
      if (doneAt <= deadline) continue;
      if (order(history, deadline, doneAt) === 'unsure') {
        doubts.push(
          `fence-not-longer-than-needed, ${association.label}: the margin to the bound is below the uncertainty of the recording`,
        );
        continue;
      }
      findings.push(finding(association, sources[0]!, turn, { deadline, boundNs }));
    }
  }
  if (looked === 0) {
    return notJudged(
      'no controller with writes outstanding was lost while another one could be asked to reset it (CIU, CCRL)',
    );
  }
  return outcome(findings, doubts, {
    held: `${count(looked, 'time')} a source could be asked, and none was left unasked for ${inSeconds(boundNs)} while writes were held`,
    violated: `${count(findings.length, 'fence')} longer than needed`,
  });
}

function canBeReset({ identifiedAt, ciu }: Association): boolean {
  return identifiedAt !== never && ciu !== 0;
}

/** Only of writes whose retry would be known by its bytes: they are held as long as none is seen. */
function hasOutstanding(facts: Facts, { id }: Association, at: number): boolean {
  return facts.history.commands.some(
    (it) =>
      it.association === id &&
      changesMedium(it) &&
      it.sentAt <= at &&
      it.answeredAt === never &&
      !hasRepeatedBytes(facts, it),
  );
}

/** When a host can have noticed that it lost an association, in ns. */
function noticedAt({ lastNewHostBytesAt: h, katoMs }: Association, giveUpAt: number): number {
  return Math.max(h, Math.min(giveUpAt, h + 2 * katoMs * 1e6));
}

/** Live controllers that offer CCR and were asked for none but, perhaps, of this association. */
function freeSources(
  { history, giveUpAt }: Facts,
  { ccrs }: CcrTraffic,
  lost: Association,
  from: number,
): Association[] {
  return history.associations.filter((source) => {
    if (source === lost || source.host !== lost.host) return false;
    if (source.subsystemNqn !== lost.subsystemNqn || source.identifiedAt > from) return false;
    if (source.ccrl === 0 || source.ciu === 0 || giveUpAt[source.id]! <= from) return false;
    const others = ccrs.filter(
      (ccr) => sameController(ccr.source, source) && ccr.named !== lost && !wasRefused(ccr),
    );
    return others.length < source.ccrl;
  });
}

/** A stretch in which a host has to ask a source. */
interface Turn {
  from: number;
  /** When it did; `never` where it did not. */
  askedAt: number;
  /** Sources that had refused it before. */
  refusedBy: Association[];
}

/**
 * From the notice of the loss to the first question, and where every source that was asked had refused, from the last
 * refusal on. One that says that the reset is in progress already stands for all.
 */
function turns({ ccrs }: CcrTraffic, lost: Association, giveUpAt: number): Turn[] {
  const asked = ccrs.filter(
    ({ command, named, asked: { icid } }) =>
      named === lost || (icid === lost.cntlid && command.sentAt >= lost.connectedAt),
  );
  const askedAt = asked.reduce((at, { command }) => Math.min(at, command.sentAt), never);
  const first = { from: noticedAt(lost, giveUpAt), askedAt, refusedBy: [] };
  const allRefused = asked.every(
    (ccr) => wasRefused(ccr) && ccr.command.status !== Status.ccrInProgress,
  );
  if (asked.length === 0 || !allRefused) return [first];
  const from = Math.max(...asked.map(({ command }) => command.answeredAt));
  return [first, { from, askedAt: never, refusedBy: asked.map(({ source }) => source) }];
}

/** When a write that is known by its bytes was sent again, or perhaps was, its data not in full. */
function firstResumed(facts: Facts, { id }: Association): number {
  let first = never;
  for (const { original, retry } of facts.retries) {
    if (original.association !== id || hasRepeatedBytes(facts, original)) continue;
    first = Math.min(first, retry.sentAt);
  }
  return first;
}

function fenceEnded(association: Association): number {
  return Math.min(association.ccrSuccessDeliveredAt, association.resetConfirmedDeliveredAt);
}

function finding(
  { host, label, link }: Association,
  source: Association,
  turn: Turn,
  { deadline, boundNs }: { deadline: number; boundNs: number },
): Finding {
  const { from, askedAt, refusedBy } = turn;
  const since =
    refusedBy.length === 0
      ? `${host} can have noticed that ${label} is lost`
      : `${host} is told of the last refusal by ${refusedBy.map((it) => it.label).join(', ')}`;
  const asked =
    askedAt === never ? 'it never did' : `it did so only after ${inSeconds(askedAt - from)}`;
  return {
    rule: 'fence-not-longer-than-needed',
    blame: 'host',
    blamed: host,
    harm: null,
    sentence:
      `${host} held writes of ${label} and did not ask ${source.label} to reset its controller within ` +
      `${inSeconds(boundNs)}: ${asked}.`,
    witness: {
      host,
      path: link,
      otherPath: source.link,
      steps: [
        { t: from, what: since },
        { t: deadline, what: `the bound has passed, in which ${source.label} could be asked` },
        { t: askedAt, what: `${host} sends the first Cross-Controller Reset for it` },
      ]
        .filter(({ t }) => Number.isFinite(t))
        .map(({ t, ...step }) => ({ ms: toMs(t), ...step })),
    },
  };
}
