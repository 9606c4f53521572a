import type { Finding } from '@fenceline/contracts';
import { changesMedium, never, type Association, type Command } from '@fenceline/history';
import type { Facts } from '../facts.js';
import { boundsOf } from '../input.js';
import { listOf } from '../lists.js';
import { longestFenceEnd } from '../longest-fence.js';
import { hasRepeatedBytes } from '../repeated-bytes.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, cid, count, inSeconds, lbas, toMs } from '../sentences.js';
import { wasToldOfErrors } from '../told-of-errors.js';
import { order } from '../uncertainty.js';
import { experimentOf, momentAfter, usableSpans } from '../usable-paths.js';

/**
 * recovers-in-time. The writes that a host held when it gave an association up must be sent again within a bound
 * after its host fence end, 5 s unless the input sets another; only time in which another path is usable counts.
 *
 * Specification: NVMe Base 2.1 (TP4129) and 2.3 (TP8028) say how long a host holds; that it goes on afterwards is
 * what multipath is for.
 *
 * A host may read the disputed parts the long way without blame, under every profile: the fence end is that of
 * the longest value that a profile gives a CQT of 0, and counts from the moment at which the host can have
 * noticed, its give-up or H + 2 × KATO, whichever is first.
 *
 * It cannot see reads, writes whose data was never sent in full or is written more than once, and a host that
 * never gives its association up.
 *
 * Near misses: no other path, or one with a fault, or one that never worked; a recording that ends before the
 * bound; an application that was told of errors; a retry of other blocks of the same write.
 */
export const recoversInTime: Rule = {
  name: 'recovers-in-time',
  restsOn: ['wire'],
  sameUnderEach: true,
  judge: judgeRecoversInTime,
};

const nsPerMs = 1e6;

interface Late {
  command: Command;
  /** When it was sent again after all; `never` where it was not. */
  resumedAt: number;
}

function judgeRecoversInTime({ facts, input }: RuleInput): Outcome {
  const { history } = facts;
  const boundNs = boundsOf(input).recoveryMs * nsPerMs;
  const resumed = firstSendings(facts);
  const held = heldWrites(facts);
  const findings: Finding[] = [];
  const doubts: string[] = [];
  let looked = 0;
  for (const [id, commands] of held) {
    const association = history.associations[id]!;
    const from = longestFenceEnd(association, facts.giveUpAt[id]!);
    const until = experimentOf(history).to;
    const deadline = momentAfter(
      usableSpans(facts, association, { from, to: until }),
      from,
      boundNs,
    );
    const late: Late[] = [];
    for (const command of commands) {
      const resumedAt = resumed.get(command.id) ?? never;
      if (deadline === never || resumedAt <= deadline) {
        if (resumedAt !== never) looked++;
      } else if (resumedAt === never && wasToldOfErrors(history, association.host)) {
        continue;
      } else if (order(history, deadline, resumedAt) === 'before') {
        looked++;
        late.push({ command, resumedAt });
      } else {
        doubts.push(
          `recovers-in-time, ${cid(command)} of ${association.label}: the margin to the bound is below the uncertainty of the recording`,
        );
      }
    }
    if (late.length > 0) findings.push(finding(facts, association, from, deadline, late));
  }
  if (looked === 0 && doubts.length === 0) {
    return notJudged(
      held.size === 0
        ? 'no write of unique bytes was outstanding when a path was given up'
        : 'no other path was usable for as long as the bound after the fence end',
    );
  }
  return outcome(findings, doubts, {
    held: `${count(looked, 'write')} that a path had lost went on within ${inSeconds(boundNs)} of the host fence end`,
    violated: `${count(findings.length, 'association')} with writes that did not go on in time`,
  });
}

/** By association: what was outstanding when it was given up, was never answered, and is known by its bytes. */
function heldWrites(facts: Facts): Map<number, Command[]> {
  const { history, giveUps, giveUpAt } = facts;
  const held = new Map<number, Command[]>();
  const lost = new Set(giveUps.map(({ association }) => association.id));
  for (const command of history.commands) {
    const { association: id, sentAt, answeredAt } = command;
    if (!lost.has(id) || !changesMedium(command) || answeredAt !== never) continue;
    if (sentAt <= giveUpAt[id]! && !hasRepeatedBytes(facts, command))
      listOf(held, id).push(command);
  }
  return held;
}

function firstSendings({ retries }: Facts): Map<number, number> {
  const first = new Map<number, number>();
  for (const { original, retry } of retries) {
    first.set(original.id, Math.min(first.get(original.id) ?? never, retry.sentAt));
  }
  return first;
}

function finding(
  { giveUpAt }: Facts,
  association: Association,
  from: number,
  deadline: number,
  late: Late[],
): Finding {
  const { host, link, label } = association;
  const { command, resumedAt } = late.reduce((a, b) => (b.resumedAt > a.resumedAt ? b : a));
  const when =
    resumedAt === never
      ? 'was never sent again'
      : `was sent again ${inSeconds(resumedAt - from)} after it`;
  return {
    rule: 'recovers-in-time',
    blame: 'host',
    blamed: host,
    harm: null,
    sentence:
      `${host} did not go on with ${count(late.length, 'write')} of ${label} within the bound after the host ` +
      `fence end, with another path usable: ${lbas(command.slba)}, ${cid(command)}, ${when}.`,
    witness: {
      lba: command.slba,
      host,
      path: link,
      steps: [
        {
          t: command.sentAt,
          what: `${host} sends ${command.name} ${lbas(command.slba)}, ${cid(command)}, on ${label}`,
          at: atFrame(command.sentFrame),
        },
        { t: giveUpAt[association.id]!, what: `${host} gives ${label} up` },
        { t: from, what: `host fence end of ${label}, read the long way` },
        { t: deadline, what: 'the bound has passed, counting only time with another usable path' },
        { t: resumedAt, what: `${host} sends it again` },
      ]
        .filter(({ t }) => Number.isFinite(t))
        .sort((a, b) => a.t - b.t)
        .map(({ t, ...step }) => ({ ms: toMs(t), ...step })),
    },
  };
}
