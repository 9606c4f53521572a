import type { Finding } from '@fenceline/contracts';
import { never, type Association } from '@fenceline/history';
import type { FenceEnd } from '../fence.js';
import { findLateApplies, type LateApply } from '../late-applies.js';
import { lateSteps } from '../late-witness.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { cid, count, inMs, lbas } from '../sentences.js';

/**
 * no-write-after-fence. The backend must not apply a command of an association after its target fence end: the
 * moment at which CCR success, or the confirmation of a Controller Level Reset, left the node. It is the
 * target that said that no command of the association can take effect any more.
 *
 * Specification: NVMe Base 2.3 (TP8028), Cross-Controller Reset; Base, Controller Level Reset.
 *
 * It cannot see a command that the node applied without sending it to the backend, nor one of a controller that
 * was enabled anew within the same association. No time ends this fence: that is keep-alive-duty's.
 *
 * Near misses: an apply at or before the fence end; the retry, applied after it by the same node; an apply after
 * a CCR that failed, or is in progress; an answer that leaves later.
 */
export const noWriteAfterFence: Rule = {
  name: 'no-write-after-fence',
  restsOn: ['wire', 'medium'],
  judge: judgeNoWriteAfterFence,
};

function judgeNoWriteAfterFence({ facts, fences }: RuleInput): Outcome {
  const ended = fences.target.filter(({ at }) => at !== never).length;
  if (ended === 0) {
    return notJudged('no fence of a target ended: no CCR succeeded, and no reset was confirmed');
  }
  const { byAssociation, doubts } = findLateApplies(facts, fences.target);
  const findings = [...byAssociation].map(([id, late]) =>
    finding(facts.history.associations[id]!, fences.target[id]!, late, facts.giveUpAt[id]!),
  );
  const unsure = [...doubts]
    .filter(([id]) => !byAssociation.has(id))
    .map(([, why]) => `no-write-after-fence, ${why}`);
  return outcome(findings, unsure, {
    held: `no command was applied after its target fence end (${count(ended, 'fence')})`,
    violated: `${count(findings.length, 'association')} with writes applied after the target fence end`,
  });
}

const endWords: Record<FenceEnd['by'], string> = {
  ccr: 'the success of its Cross-Controller Reset',
  reset: 'the confirmation of its reset',
  time: 'the end of its time',
};

function finding(
  association: Association,
  end: FenceEnd,
  late: LateApply[],
  giveUpAt: number,
): Finding {
  const { lba, apply, command } = late[0]!;
  const { node, appliedAt } = apply.apply;
  const writes = count(new Set(late.map((it) => it.command.id)).size, 'write');
  return {
    rule: 'no-write-after-fence',
    blame: 'target',
    blamed: node,
    harm: 'landed',
    sentence:
      `Node ${node} applied ${writes} of ${association.label} after ${endWords[end.by]} had left it; the ` +
      `first (${lbas(lba)}, ${cid(command)}) ${inMs(appliedAt - end.at)} after.`,
    witness: {
      lba,
      host: association.host,
      path: association.link,
      steps: lateSteps(association, late[0]!, giveUpAt, {
        t: end.at,
        what: `target fence end of ${association.label}: ${endWords[end.by]} leaves its node`,
      }),
    },
  };
}
