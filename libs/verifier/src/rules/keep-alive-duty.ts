import type { Finding } from '@fenceline/contracts';
import { never, type Association } from '@fenceline/history';
import type { Facts } from '../facts.js';
import type { Fences } from '../fences.js';
import { findLateApplies, type LateApply } from '../late-applies.js';
import { lateSteps } from '../late-witness.js';
import { cqtUnder } from '../profiles.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { cid, count, inMs, inSeconds, lbas } from '../sentences.js';
import { spanOf, type Span } from '../uncertainty.js';

/**
 * keep-alive-duty. A target must not apply a command of an association after its bound,
 * T + (TBKAS ? 2 : 1) × KATO + CQT, T being the last command (TBKAS) or the last Keep Alive (no TBKAS) that
 * became complete at it: the host counts on that bound when it ends its fence by time.
 *
 * Specification: NVMe Base 2.1 (TP4129), Keep Alive and Command Quiesce Time (Identify Controller 387:386).
 *
 * A target that reports a CQT of 0 promised nothing: it is reported, and blamed only under a profile that sets
 * a value. It cannot see what a target does that has received frames which the fabric has not handed over, nor
 * a target that goes on taking commands after its keep-alive time-out: each of them moves T.
 *
 * Near misses: an apply at the bound; Keep Alives alone were lost while commands came (TBKAS); a hold that ends
 * inside the bound; a target without a keep-alive time-out; a host that was never told what its controller can.
 */
export const keepAliveDuty: Rule = {
  name: 'keep-alive-duty',
  restsOn: ['wire', 'medium'],
  judge: judgeKeepAliveDuty,
};

function judgeKeepAliveDuty({ facts, fences }: RuleInput): Outcome {
  const { associations } = facts.history;
  const limits = associations.map((it) => limitOf(it, facts, fences));
  const bound = limits.filter(({ at }) => at !== never).length;
  const zero = associations.filter(
    ({ cqtMs, identifiedAt }) => cqtMs === 0 && identifiedAt !== never,
  );
  if (bound === 0) {
    return notJudged(
      zero.length > 0
        ? `no bound by time under ${fences.profile.name}: ${promisedNothing(facts, zero)}`
        : 'no bound by time: no association with a keep-alive time-out was told what its controller can',
    );
  }
  const { byAssociation, doubts } = findLateApplies(facts, limits);
  const findings = [...byAssociation].map(([id, late]) =>
    finding(associations[id]!, limits[id]!.at, late, facts, fences),
  );
  const unsure = [...doubts]
    .filter(([id]) => !byAssociation.has(id))
    .map(([, why]) => `keep-alive-duty, ${why}`);
  const counted = zero.length > 0 ? ` (${countedAs(fences)})` : '';
  return outcome(findings, unsure, {
    held: `no command was applied after the bound of its target by time${counted}`,
    violated: `${count(findings.length, 'association')} with writes applied after the target's bound${counted}`,
  });
}

/** The bound of an association whose host was told TBKAS and CQT. */
function limitOf(association: Association, facts: Facts, fences: Fences): Span {
  const { id, identifiedAt } = association;
  if (identifiedAt === never) return spanOf(facts.history, never);
  return spanOf(facts.history, fences.targetBound[id]!, lastSignOfLife(association, facts));
}

/** T. */
function lastSignOfLife({ id, tbkas, lastCompleteAt }: Association, facts: Facts): number {
  return tbkas ? lastCompleteAt : facts.lastKeepAliveAt[id]!;
}

function countedAs({ profile }: Fences): string {
  return `a reported CQT of 0 promises nothing, and counts as ${inMs((cqtUnder(profile, 0) ?? 0) * 1e6)} under ${profile.name}`;
}

/** What a target without a promise did with the longest time after T. */
function promisedNothing(facts: Facts, associations: Association[]): string {
  let longest = -never;
  let of: Association | null = null;
  for (const association of associations) {
    const after = facts.landings.lastApplyOf(association.id) - lastSignOfLife(association, facts);
    if (after > longest) [longest, of] = [after, association];
  }
  const said = 'a CQT of 0 promises nothing';
  if (of === null || longest <= 0 || !Number.isFinite(longest)) return said;
  return `${said}; ${of.label} had a write applied ${inSeconds(longest)} after it last heard of its host`;
}

function finding(
  association: Association,
  bound: number,
  late: LateApply[],
  facts: Facts,
  { profile }: Fences,
): Finding {
  const { lba, apply, command } = late[0]!;
  const { node, appliedAt } = apply.apply;
  const writes = count(new Set(late.map((it) => it.command.id)).size, 'write');
  const cqtMs = cqtUnder(profile, association.cqtMs) ?? 0;
  const cqt =
    association.cqtMs === 0
      ? `a CQT of 0 counted as ${inMs(cqtMs * 1e6)} under ${profile.name}`
      : `its CQT of ${inMs(cqtMs * 1e6)}`;
  const last = association.tbkas ? 'command' : 'Keep Alive';
  return {
    rule: 'keep-alive-duty',
    blame: 'target',
    blamed: node,
    harm: 'landed',
    sentence:
      `Node ${node} applied ${writes} of ${association.label} after its bound, ` +
      `${association.tbkas ? 2 : 1} × KATO of ${inMs(association.katoMs * 1e6)} and ${cqt} after the last ` +
      `${last} that reached it; the first (${lbas(lba)}, ${cid(command)}) ${inMs(appliedAt - bound)} after.`,
    witness: {
      lba,
      host: association.host,
      path: association.link,
      steps: lateSteps(
        association,
        late[0]!,
        facts.giveUpAt[association.id]!,
        {
          t: lastSignOfLife(association, facts),
          what: `the last ${last} of ${association.label} is complete at its node`,
        },
        { t: bound, what: `the bound of node ${node} by time, under ${profile.name}` },
      ),
    },
  };
}
