import type { Finding } from '@fenceline/contracts';
import { changesMedium, never, type Command } from '@fenceline/history';
import type { Facts } from '../facts.js';
import { boundsOf } from '../input.js';
import { hasRepeatedBytes } from '../repeated-bytes.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, cid, count, inSeconds, lbas, toMs } from '../sentences.js';
import { wasToldOfErrors } from '../told-of-errors.js';
import { order } from '../uncertainty.js';
import { experimentOf, isPathError, momentAfter, usableSpans, type Span } from '../usable-paths.js';

/**
 * fails-over-promptly. A write that was answered with a path or ANA error (status code type 3) must be sent again
 * within a bound, 5 s unless the input sets another; only time in which another path is usable counts. It was
 * not done and cannot land: nothing is to be waited for.
 *
 * Specification: NVMe Base, path related status; TP4129 lets such commands go at once.
 *
 * It cannot see how long a host keeps a new command, or one that it never sent: neither is on the wire, and the
 * workload reports only its longest latency, in which the hold of commands that must wait is contained. Linux 6.1
 * keeps new commands on a dead path until its second keep-alive time-out, at 14 s with a KATO of 5 s.
 *
 * Near misses: an answer with another error; no other usable path; sent again on the same association; a
 * recording that ends before the bound; an application that was told of errors; bytes that the workload repeats.
 */
export const failsOverPromptly: Rule = {
  name: 'fails-over-promptly',
  restsOn: ['wire'],
  sameUnderEach: true,
  judge: judgeFailsOverPromptly,
};

function judgeFailsOverPromptly({ facts, input }: RuleInput): Outcome {
  const { history } = facts;
  const boundNs = boundsOf(input).failoverMs * 1e6;
  const usable = history.associations.map((): Span[] | null => null);
  const late = new Map<string, { command: Command; againAt: number; deadline: number }[]>();
  const doubts: string[] = [];
  let looked = 0;
  for (const command of history.commands) {
    if (!isRefusedByPath(command) || hasRepeatedBytes(facts, command)) continue;
    const association = history.associations[command.association]!;
    const { host } = association;
    const from = command.answeredAt;
    const againAt = nextSending(facts, command, host);
    const spans = (usable[association.id] ??= usableSpans(facts, association, {
      from: 0,
      to: experimentOf(history).to,
    }));
    const deadline = momentAfter(spans, from, boundNs);
    if (againAt <= deadline) {
      if (againAt !== never) looked++;
      continue;
    }
    if (againAt === never && wasToldOfErrors(history, host)) continue;
    looked++;
    if (order(history, deadline, againAt) === 'unsure') {
      doubts.push(
        `fails-over-promptly, ${cid(command)} of ${association.label}: the margin to the bound is below the uncertainty of the recording`,
      );
      continue;
    }
    const list = late.get(host) ?? [];
    list.push({ command, againAt, deadline });
    late.set(host, list);
  }
  if (looked === 0) {
    return notJudged(
      'no write was answered with a path error; how long a host keeps what it has not sent is not on the wire',
    );
  }
  const findings = [...late].map(([host, list]): Finding => {
    const { command, againAt, deadline } = list[0]!;
    const association = history.associations[command.association]!;
    const again =
      againAt === never
        ? 'was not sent again'
        : `was sent again ${inSeconds(againAt - command.answeredAt)} later`;
    return {
      rule: 'fails-over-promptly',
      blame: 'host',
      blamed: host,
      harm: null,
      sentence:
        `${host} kept ${count(list.length, 'write')} that had been answered with a path error longer than ` +
        `${inSeconds(boundNs)} with another path usable; the first (${lbas(command.slba)}, ${cid(command)} on ` +
        `${association.label}) ${again}.`,
      witness: {
        lba: command.slba,
        host,
        path: association.link,
        steps: [
          {
            t: command.answeredAt,
            what: `${host} is told of status 0x${command.status!.toString(16)} for ${command.name} ${cid(command)}`,
            ...(command.answerFrame === null ? {} : { at: atFrame(command.answerFrame) }),
          },
          {
            t: deadline,
            what: 'the bound has passed, counting only time with another usable path',
          },
          { t: againAt, what: `${host} sends it again` },
        ]
          .filter(({ t }) => Number.isFinite(t))
          .map(({ t, ...step }) => ({ ms: toMs(t), ...step })),
      },
    };
  });
  return outcome(findings, doubts, {
    held: `${count(looked, 'write')} that a path had refused went on within ${inSeconds(boundNs)}; what a host had not sent is not on the wire`,
    violated: `${count(findings.length, 'host')} with writes that were kept too long`,
  });
}

function isRefusedByPath(command: Command): boolean {
  return command.answeredAt !== never && isPathError(command.status) && changesMedium(command);
}

/**
 * When the host sent the first block's bytes again, at the moment of the answer or after it. A write of the block
 * of which the bytes were not seen in full may be that, too.
 */
function nextSending({ blocks }: Facts, command: Command, host: string): number {
  const payload = command.payloads[0];
  const block = blocks.at(command.slba);
  let next = never;
  for (const half of block?.halfSent ?? []) {
    const { sentAt } = half.command;
    if (half.host === host && sentAt >= command.answeredAt) next = Math.min(next, sentAt);
  }
  for (const write of block?.writes.writes ?? []) {
    if (write.host !== host || write.payload !== payload) continue;
    for (const { sentAt } of write.commands) {
      if (sentAt >= command.answeredAt) next = Math.min(next, sentAt);
    }
  }
  return next;
}
