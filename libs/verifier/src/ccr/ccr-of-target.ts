import { CcrStatus } from '@fenceline/nvme';
import type { Finding, WitnessStep } from '@fenceline/contracts';
import { never, type Association, type Command, type History } from '@fenceline/history';
import type { Facts } from '../facts.js';
import { ccrSuccessLeaving } from '../fence.js';
import { findLateApplies } from '../late-applies.js';
import { lateSteps } from '../late-witness.js';
import { atFrame, cid, count, inMs, lbas, toMs } from '../sentences.js';
import { order } from '../uncertainty.js';
import { sameController, wasAccepted, type CcrTraffic } from './ccr-traffic.js';

/** Success that was told while a write was complete and unapplied: the write was applied afterwards. */
export function successTooSoon(facts: Facts): { findings: Finding[]; doubts: string[] } {
  const { history } = facts;
  const { associations } = history;
  const limits = associations.map((it) => ccrSuccessLeaving(history, it));
  const { byAssociation, doubts } = findLateApplies(facts, limits);
  const findings = [...byAssociation].map(([id, late]): Finding => {
    const association = associations[id]!;
    const { lba, apply, command } = late[0]!;
    const success = association.ccrSuccessSentAt;
    const writes = count(new Set(late.map((it) => it.command.id)).size, 'write');
    return {
      rule: 'ccr-conformance',
      blame: 'target',
      blamed: apply.apply.node,
      harm: 'landed',
      sentence:
        `The reset of ${association.label} was told to be a success with ${writes} not yet applied; the first ` +
        `(${lbas(lba)}, ${cid(command)}) was applied ${inMs(apply.apply.appliedAt - success)} later.`,
      witness: {
        lba,
        host: association.host,
        path: association.link,
        steps: lateSteps(association, late[0]!, facts.giveUpAt[id]!, {
          t: success,
          what: `the success of the reset of ${association.label} leaves the node`,
        }),
      },
    };
  });
  const unsure = [...doubts]
    .filter(([id]) => !byAssociation.has(id))
    .map(([, why]) => `ccr-conformance, ${why}`);
  return { findings, doubts: unsure };
}

/** Commands that came to a controller after its reset was told to be a success, and that it answered. */
export function answersAfterSuccess(history: History): { findings: Finding[]; remarks: string[] } {
  const served = new Map<number, Command[]>();
  const late = new Map<number, number>();
  for (const command of history.commands) {
    const { id, ccrSuccessSentAt: success } = history.associations[command.association]!;
    if (success === never || command.answerSentAt === never || command.completeAt === never) {
      continue;
    }
    if (order(history, success, command.completeAt) === 'before') {
      const list = served.get(id);
      if (list === undefined) served.set(id, [command]);
      else list.push(command);
    } else if (order(history, success, command.answerSentAt) === 'before') {
      late.set(id, (late.get(id) ?? 0) + 1);
    }
  }
  const findings = [...served].map(([id, commands]): Finding => {
    const association = history.associations[id]!;
    const first = commands[0]!;
    return {
      rule: 'ccr-conformance',
      blame: 'target',
      blamed: association.node,
      harm: null,
      sentence:
        `Node ${association.node} answered ${count(commands.length, 'command')} of ${association.label} that ` +
        `came to it after its reset was told to be a success; the first, ${first.name} ${cid(first)}, ` +
        `${inMs(first.completeAt - association.ccrSuccessSentAt)} after.`,
      witness: {
        host: association.host,
        path: association.link,
        steps: [
          {
            ms: toMs(association.ccrSuccessSentAt),
            what: `the success of the reset of ${association.label} leaves the node`,
          },
          {
            ms: toMs(first.completeAt),
            what: `${first.name} ${cid(first)} is complete at node ${association.node}`,
            at: atFrame(first.sentFrame),
          },
          { ms: toMs(first.answerSentAt), what: 'its answer leaves the node' },
        ],
      },
    };
  });
  const remarks = [...late].map(
    ([id, commands]) =>
      `${count(commands, 'answer')} of ${history.associations[id]!.label} left its node after the success, ` +
      'which its socket may have held',
  );
  return { findings, remarks };
}

/** CCRs that were taken although no instance of the controller has the CIU and CIRN that they name. */
export function takenForNobody({ ccrs }: CcrTraffic): Finding[] {
  return ccrs
    .filter(
      ({ command, named, latest }) => command.status === 0 && named === null && latest !== null,
    )
    .map(({ command, asked, source, latest }) => ({
      rule: 'ccr-conformance',
      blame: 'target',
      blamed: source.node,
      harm: null,
      sentence:
        `${source.label} took a Cross-Controller Reset of CNTLID ${asked.icid}, CIU ${asked.ciu}, CIRN ` +
        `0x${asked.cirn.toString(16)}, which are of no instance that ${source.host} was told of.`,
      witness: {
        host: source.host,
        path: source.link,
        steps: [
          {
            ms: toMs(latest!.identifiedAt),
            what: `${source.host} is told of ${latest!.label}: CIU ${latest!.ciu}, CIRN 0x${latest!.cirn.toString(16)}`,
          },
          {
            ms: toMs(command.sentAt),
            what: `${source.host} asks for the reset of CIU ${asked.ciu}, CIRN 0x${asked.cirn.toString(16)}`,
            at: atFrame(command.sentFrame),
          },
          { ms: toMs(command.answeredAt), what: 'the answer is success' },
        ],
      },
    }));
}

/** New instances of a controller with the CIRN of the one before. */
export function repeatedCirns({ associations }: History): Finding[] {
  const findings: Finding[] = [];
  const before: Association[] = [];
  for (const association of associations) {
    const { identifiedAt, ciu, cirn } = association;
    if (identifiedAt === never || ciu === 0) continue;
    const older = before.findLast((it) => sameController(it, association));
    before.push(association);
    if (older?.cirn !== cirn) continue;
    findings.push({
      rule: 'ccr-conformance',
      blame: 'target',
      blamed: association.node,
      harm: null,
      sentence:
        `Node ${association.node} gave ${association.label} the same CIRN, 0x${cirn.toString(16)}, as the ` +
        `instance before it, ${older.label}.`,
      witness: {
        host: association.host,
        path: association.link,
        steps: [older, association].map((it) => ({
          ms: toMs(it.identifiedAt),
          what: `${it.host} is told of ${it.label}: CIU ${it.ciu}, CIRN 0x${it.cirn.toString(16)}`,
        })),
      },
    });
  }
  return findings;
}

/** Events that no entry follows, and entries that no CCR asked for. */
export function wrongLogs(history: History, traffic: CcrTraffic): Finding[] {
  const findings: Finding[] = [];
  for (const [id, reads] of traffic.reads) {
    const source = history.associations[id]!;
    const wrong = reads.flatMap((read) =>
      read.ccrLog!.entries.flatMap((entry) =>
        isExplained(entry, read, source, traffic) ? [] : [{ read, entry }],
      ),
    )[0];
    if (wrong !== undefined) {
      const { icid, ciu, status } = wrong.entry;
      findings.push(
        logFinding(
          source,
          `${source.label} logged an entry for CNTLID ${icid}, CIU ${ciu}, CCRS ${status}, that no Cross-Controller ` +
            'Reset it had accepted asks for.',
          [readStep(wrong.read, `the log page shows ICID ${icid}, CIU ${ciu}, CCRS ${status}`)],
        ),
      );
    }
    for (const event of traffic.events.get(id) ?? []) {
      const read = reads.find((it) => it.sentAt > event.answeredAt);
      if (read === undefined || reads.some((it) => it.id <= read.id && mayHoldCompleted(it)))
        continue;
      findings.push(
        logFinding(
          source,
          `${source.label} told of a completed Cross-Controller Reset, and its log page had none.`,
          [
            readStep(event, 'the event F4h, CCR completed, is delivered'),
            readStep(read, 'the log page that is read then shows no completed entry'),
          ],
        ),
      );
      break;
    }
  }
  return findings;
}

/** A page that was read in part may hold more than was seen. */
function mayHoldCompleted({ ccrLog }: Command): boolean {
  const { announced, entries } = ccrLog!;
  return (
    entries.length < announced || entries.some(({ status }) => status !== CcrStatus.inProgress)
  );
}

function isExplained(
  { icid, ciu, status }: { icid: number; ciu: number; status: number },
  read: Command,
  source: Association,
  { ccrs }: CcrTraffic,
): boolean {
  if (status > CcrStatus.failed) return false;
  return ccrs.some(
    (ccr) =>
      sameController(ccr.source, source) &&
      ccr.asked.icid === icid &&
      ccr.asked.ciu === ciu &&
      ccr.command.sentAt < read.answeredAt &&
      (wasAccepted(ccr) || ccr.command.answeredAt === never),
  );
}

function logFinding(source: Association, sentence: string, steps: WitnessStep[]): Finding {
  const { host, link, node } = source;
  return {
    rule: 'ccr-conformance',
    blame: 'target',
    blamed: node,
    harm: null,
    sentence,
    witness: { host, path: link, steps },
  };
}

function readStep(command: Command, what: string): WitnessStep {
  return {
    ms: toMs(command.answeredAt),
    what,
    ...(command.answerFrame === null ? {} : { at: atFrame(command.answerFrame) }),
  };
}
