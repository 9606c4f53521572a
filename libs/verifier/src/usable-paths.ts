import { never, type Association, type FaultSpan, type History } from '@fenceline/history';
import type { Facts } from './facts.js';

/** A stretch of time, in ns. */
export interface Span {
  from: number;
  to: number;
}

/** From the first workload's start to the lab's own teardown: what a host does outside it is the lab's doing. */
export function experimentOf({ events, end }: History): Span {
  const start = events.find(({ kind }) => kind === 'workload-start')?.t ?? 0;
  const teardown = events.find((event) => event.kind === 'phase' && event.phase === 'teardown');
  return { from: start, to: teardown?.t ?? end };
}

/** The stretches of `within` in which no fault lay on the link or the node's backend, and the node was there. */
export function healthySpans(history: History, link: string, node: string, within: Span): Span[] {
  return spansWithout(history, node, within, (fault) => {
    return fault.link === link || fault.nodes.includes(node);
  });
}

function spansWithout(
  history: History,
  node: string,
  within: Span,
  counts: (fault: FaultSpan) => boolean,
): Span[] {
  const faults = history.faults.filter(counts).map(({ start, end }) => ({ from: start, to: end }));
  for (const event of history.events) {
    if (event.kind === 'vm-lost' && event.vm === node) faults.push({ from: event.t, to: never });
  }
  return without(within, faults);
}

/** While its host had an association: from its Connect's answer to the give-up. */
export function aliveSpan({ giveUpAt }: Facts, association: Association): Span {
  return { from: association.connectedAt, to: giveUpAt[association.id]! };
}

/**
 * The stretches of `within` in which its host could have used another path than the given association's: a
 * live association to the same subsystem that no end had closed, its link and node without a fault. A path that
 * never completed I/O, or that answered with a path or ANA error, is not counted on.
 */
export function usableSpans(facts: Facts, lost: Association, within: Span): Span[] {
  const { associations } = facts.history;
  const others = associations.filter(
    (it) => it !== lost && it.host === lost.host && it.subsystemNqn === lost.subsystemNqn,
  );
  return usableSpansOf(facts, others, within);
}

/** The same for a choice of associations. */
function usableSpansOf(facts: Facts, associations: readonly Association[], within: Span): Span[] {
  const { history } = facts;
  const spans = associations
    .filter((it) => isProven(history, it))
    .flatMap((it) => healthySpans(history, it.link, it.node, openSpan(facts, it, within)));
  return joined(spans);
}

/**
 * The stretches of `within` in which a host could have sent an admin command over one of these associations: live,
 * closed by no end, the link without a fault and the node there. What its backend does is no matter: such a command
 * asks nothing of the medium.
 */
export function reachableSpansOf(
  facts: Facts,
  associations: readonly Association[],
  within: Span,
): Span[] {
  const spans = associations.flatMap((it) =>
    spansWithout(
      facts.history,
      it.node,
      openSpan(facts, it, within),
      (fault) => fault.link === it.link,
    ),
  );
  return joined(spans);
}

/** While an association was live within a stretch, and closed by no end. */
function openSpan(facts: Facts, association: Association, within: Span): Span {
  const alive = aliveSpan(facts, association);
  const closed = association.connections.reduce(
    (at, it) => Math.min(at, it.nodeClosedAt),
    alive.to,
  );
  return { from: Math.max(within.from, alive.from), to: Math.min(within.to, closed) };
}

/** When so much time of the spans has passed since `from`; `never` where they do not hold as much. */
export function momentAfter(spans: readonly Span[], from: number, ns: number): number {
  let left = ns;
  for (const span of spans) {
    const start = Math.max(span.from, from);
    if (span.to <= start) continue;
    if (span.to - start >= left) return start + left;
    left -= span.to - start;
  }
  return never;
}

/** What is left of a stretch without others. */
export function without(whole: Span, holes: readonly Span[]): Span[] {
  const left: Span[] = [];
  let { from } = whole;
  const real = holes.filter((hole) => hole.from < hole.to);
  for (const hole of real.sort((a, b) => a.from - b.from)) {
    if (hole.from > from) left.push({ from, to: Math.min(hole.from, whole.to) });
    from = Math.max(from, hole.to);
    if (from >= whole.to) break;
  }
  if (from < whole.to) left.push({ from, to: whole.to });
  return left.filter((span) => span.from < span.to);
}

function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else all.push({ ...span });
  }
  return all;
}

const pathRelated = 3;

/** Status code type 3: the path, not the command, failed. */
export function isPathError(status: number | null): boolean {
  return status !== null && status >> 8 === pathRelated;
}

function isProven({ commands }: History, association: Association): boolean {
  let proven = false;
  for (const { association: id, op, status, answeredAt } of commands) {
    if (id !== association.id || answeredAt === never) continue;
    if (isPathError(status)) return false;
    if (op !== 'other' && status === 0) proven = true;
  }
  return proven;
}
