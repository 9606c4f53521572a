import type { Finding } from '@fenceline/contracts';
import { never, type Association } from '@fenceline/history';
import type { Facts } from '../facts.js';
import { boundsOf, type HostSettings } from '../input.js';
import { longestFenceEnd } from '../longest-fence.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { count, inSeconds, toMs } from '../sentences.js';
import { aliveSpan, experimentOf, healthySpans, without, type Span } from '../usable-paths.js';

/**
 * path-restored. A host must have a live association over a link again once the link and the node's backend have
 * been without a fault for its reconnect delay and a bound, 10 s unless the input sets another. The time counts from its
 * fence end at the earliest: a host may fence before it connects again. It has ended when the host went on with what it
 * held, or at its longest.
 *
 * Specification: none asks for it; it is what a host's reconnect delay and controller loss time-out promise.
 *
 * It cannot see why a node does not take a connection: where the host tried within that time, it is
 * inconclusive. Nor can it see that an association which the host believes alive is dead at its node.
 *
 * Near misses: the fault lasts, or comes back; the host gave the association up only later, from when the time
 * counts; it still held; its controller loss time-out has passed; the lab ends before; no reconnect delay is known.
 */
export const pathRestored: Rule = {
  name: 'path-restored',
  restsOn: ['wire'],
  sameUnderEach: true,
  judge: judgePathRestored,
};

const nsPerMs = 1e6;

function judgePathRestored({ facts, input }: RuleInput): Outcome {
  const { giveUps } = facts;
  const findings: Finding[] = [];
  const doubts: string[] = [];
  let restored = 0;
  let unknown: string | null = null;
  const lost = new Map(giveUps.map(({ association }) => [association.link, association]));
  for (const association of lost.values()) {
    const settings = input.hosts?.[association.host];
    if (settings === undefined) {
      unknown = association.host;
      continue;
    }
    const waitNs = (settings.reconnectDelayMs + boundsOf(input).reconnectMs) * nsPerMs;
    const gap = firstGap(facts, association, settings, waitNs);
    if (gap === null) {
      if (wasRestored(facts, association)) restored++;
      continue;
    }
    if (!gap.isSure) {
      doubts.push(
        `path-restored, ${association.label}: the margin to the bound is below the uncertainty of the recording`,
      );
      continue;
    }
    const attempts = attemptsIn(facts, association, { from: gap.from, to: gap.from + waitNs });
    if (attempts === 0) {
      findings.push(finding(facts, association, gap, waitNs));
    } else {
      const tried = attempts === null ? 'may have tried' : `tried ${count(attempts, 'time')}`;
      doubts.push(
        `path-restored: ${association.host} had no association over ${association.link} for ` +
          `${inSeconds(gap.to - gap.from)} without a fault there, and ${tried}: whose fault it is cannot be told`,
      );
    }
  }
  if (findings.length === 0 && doubts.length === 0 && restored === 0) {
    return notJudged(whyNothing(lost.size, unknown));
  }
  return outcome(findings, doubts, {
    held: `${count(restored, 'lost path')} came back in time`,
    violated: `${count(findings.length, 'path')} did not come back in time`,
  });
}

function whyNothing(lost: number, unknown: string | null): string {
  if (lost === 0) return 'no path was given up';
  if (unknown !== null) return `the reconnect delay of ${unknown} is not known`;
  return 'no path that was given up was without a fault for as long as the reconnect delay and the bound';
}

/** A stretch without a fault and without an association that lasted longer than the host may take. */
interface Gap extends Span {
  /** Whether by more than the uncertainty of the recording. */
  isSure: boolean;
}

/** The first gap that is sure, else the first one. */
function firstGap(
  facts: Facts,
  { link, node, host }: Association,
  { ctrlLossTimeoutMs }: HostSettings,
  waitNs: number,
): Gap | null {
  const { history } = facts;
  let unsure: Gap | null = null;
  const alive = history.associations
    .filter((it) => it.link === link && it.host === host)
    .map((it) => aliveOrFenced(facts, it));
  const first = alive.reduce((at, { from }) => Math.min(at, from), Infinity);
  const within = experimentOf(history);
  const healthy = healthySpans(history, link, node, {
    ...within,
    from: Math.max(within.from, first),
  });
  for (const span of healthy) {
    for (const gap of without(span, alive)) {
      const lostAt = alive.reduce(
        (at, { to }) => (to <= gap.from ? Math.max(at, to) : at),
        -Infinity,
      );
      const removed = lostAt + (ctrlLossTimeoutMs ?? Infinity) * nsPerMs;
      const uncertainty = history.uncertaintyAt(gap.from) + history.uncertaintyAt(gap.to);
      const over = Math.min(gap.to, removed) - gap.from - waitNs;
      if (over <= 0) continue;
      if (over >= uncertainty) return { ...gap, isSure: true };
      unsure ??= { ...gap, isSure: false };
    }
  }
  return unsure;
}

/** While its host had an association, and then until it had ended its fence: a host may fence before it connects. */
function aliveOrFenced(facts: Facts, association: Association): Span {
  const { from, to } = aliveSpan(facts, association);
  if (to === never) return { from, to };
  const resumedAt = facts.firstRetryAt[association.id]!;
  return { from, to: Math.max(to, Math.min(longestFenceEnd(association, to), resumedAt)) };
}

function wasRestored({ history }: Facts, lost: Association): boolean {
  return history.associations.some(
    (it) => it.id > lost.id && it.link === lost.link && Number.isFinite(it.connectedAt),
  );
}

/** Connections that the host began to open over the link; null where the history does not tell. */
function attemptsIn({ history }: Facts, { link }: Association, { from, to }: Span): number | null {
  const { openings } = history;
  if (openings === undefined) return null;
  return openings.filter((it) => it.link === link && it.t >= from && it.t <= to).length;
}

function finding(
  { giveUpAt }: Facts,
  association: Association,
  gap: Span,
  waitNs: number,
): Finding {
  const { host, link, node, label } = association;
  return {
    rule: 'path-restored',
    blame: 'host',
    blamed: host,
    harm: null,
    sentence:
      `${host} did not try to connect over ${link} within ${inSeconds(waitNs)}, though the link and node ` +
      `${node} were without a fault for ${inSeconds(gap.to - gap.from)}.`,
    witness: {
      host,
      path: link,
      steps: [
        { ms: toMs(giveUpAt[association.id]!), what: `${host} gives ${label} up` },
        {
          ms: toMs(gap.from),
          what: `no association over ${link}, and no fault there from here on`,
        },
        { ms: toMs(gap.from + waitNs), what: 'the reconnect delay and the bound have passed' },
      ].sort((a, b) => a.ms - b.ms),
    },
  };
}
