import type { Finding, WitnessStep } from '@fenceline/contracts';
import { changesMedium, type Command, type History } from '@fenceline/history';
import type { Retry } from '../logical-writes.js';
import { notJudged, outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, cid, count, inMs, lbas, otherPath, toMs } from '../sentences.js';

/**
 * payload-stable. A retransmission or a retry of a write must carry the bytes that were first sent: violated
 * when a block of a write was delivered with other bytes than were sent first, or when a retry sends some
 * blocks of its original again as they were and others with other bytes.
 *
 * Specification: NVMe/TCP transport, PDU data transfer: the data of a command is one; a retry is the same
 * command. Only where the workload's buffers are stable while they are written (direct I/O), else not judged:
 * a page that is written to meanwhile may change. Blames the host.
 *
 * It cannot see a changed retransmission that was not delivered, nor a retry of which every block was changed,
 * or that has other blocks than its original: those look like writes of the application's own.
 *
 * Near misses: another write to the same blocks while the first is outstanding; a retry of equal bytes; a
 * retransmission of equal bytes.
 */
export const payloadStable: Rule = {
  name: 'payload-stable',
  restsOn: ['wire'],
  sameUnderEach: true,
  judge: judgePayloadStable,
};

/** So many findings are listed; the reason tells how many there are. */
const listed = 20;

function judgePayloadStable({ facts, input }: RuleInput): Outcome {
  const { history, retries } = facts;
  if (input.stableBuffers !== true) {
    return notJudged('the workload is not known to leave its buffers alone (direct I/O)');
  }
  const writes = history.commands.filter((command) => changesMedium(command));
  if (writes.length === 0) return notJudged('nothing was written');
  const retransmitted = writes.filter(({ deliveredPayloads }) => deliveredPayloads !== undefined);
  const retried = retries.filter((retry) => retry.certain && changedBlock(retry) !== null);
  const findings = [
    ...retransmitted.slice(0, listed).map((command) => ofRetransmission(history, command)),
    ...retried.slice(0, listed).map((retry) => ofRetry(history, retry)),
  ];
  return outcome(findings.slice(0, listed), [], {
    held: `none of ${count(writes.length, 'write')} was sent again with other bytes`,
    violated:
      `${count(retransmitted.length, 'write')} delivered and ` +
      `${count(retried.length, 'retry', 'retries')} sent with other bytes than were sent first` +
      (retransmitted.length + retried.length > listed ? `; the first ${listed} are listed` : ''),
  });
}

/** The first block that a retry of the same blocks sends with other bytes. */
function changedBlock({ original, retry }: Retry): number | null {
  if (original.slba !== retry.slba || original.blocks !== retry.blocks) return null;
  const index = original.payloads.findIndex(
    (payload, at) => retry.payloads[at] !== undefined && retry.payloads[at] !== payload,
  );
  return index < 0 ? null : original.slba + index;
}

function ofRetransmission(history: History, command: Command): Finding {
  const { host, link } = history.associations[command.association]!;
  const { payloads, deliveredPayloads, slba } = command;
  const index = payloads.findIndex((payload, at) => payload !== deliveredPayloads![at]);
  const first = hashOf(history, payloads[index]);
  const then = hashOf(history, deliveredPayloads![index]);
  return {
    rule: 'payload-stable',
    blame: 'host',
    blamed: host,
    harm: null,
    sentence:
      `${lbas(slba + index)}: the write that ${host} sent over path ${link} at ` +
      `${inMs(command.sentAt)} (${cid(command)}) was delivered with payload ${then}, where ${first} ` +
      `had been sent first.`,
    witness: {
      lba: slba + index,
      host,
      path: link,
      steps: [
        sendStep(history, command, `the write with payload ${first}`),
        { ms: toMs(command.completeAt), what: `it is complete at the node with payload ${then}` },
      ],
    },
  };
}

function ofRetry(history: History, pair: Retry): Finding {
  const { original, retry } = pair;
  const lba = changedBlock(pair)!;
  const from = history.associations[original.association]!;
  const to = history.associations[retry.association]!;
  const first = hashOf(history, original.payloads[lba - original.slba]);
  const then = hashOf(history, retry.payloads[lba - retry.slba]);
  return {
    rule: 'payload-stable',
    blame: 'host',
    blamed: from.host,
    harm: null,
    sentence:
      `${lbas(lba)}: ${from.host} sent the write of path ${from.link} (${cid(original)}) again on ` +
      `${otherPath(from, to)} at ${inMs(retry.sentAt)} with payload ${then}, where ${first} had been ` +
      `sent first.`,
    witness: {
      lba,
      host: from.host,
      path: from.link,
      otherPath: to.link,
      steps: [
        sendStep(history, original, `the write with payload ${first}`),
        sendStep(history, retry, `it again with payload ${then}`),
      ],
    },
  };
}

function sendStep(history: History, command: Command, what: string): WitnessStep {
  const { host, label } = history.associations[command.association]!;
  return {
    ms: toMs(command.sentAt),
    what: `${host} sends ${what} on ${label}, ${cid(command)}`,
    at: atFrame(command.sentFrame),
  };
}

function hashOf({ payloadHashes }: History, payload: number | undefined): string {
  return payloadHashes[payload ?? 0]!;
}
