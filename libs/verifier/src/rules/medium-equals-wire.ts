import type { Finding } from '@fenceline/contracts';
import { never, type Apply, type Command, type History } from '@fenceline/history';
import { outcome, type Outcome, type Rule, type RuleInput } from '../rule.js';
import { atFrame, atRequest, cid, count, inMs, lbas, toMs } from '../sentences.js';

/**
 * medium-equals-wire. The bytes that a node gives to the medium must be those that were delivered to it:
 * violated when a request was applied to a block whose bytes no command ever brought to that node, while a
 * command fits it in all else: it covers the block, was complete before the backend received the request, and
 * its answer had not left the node.
 *
 * Specification: NVM Command Set, Write: the controller writes the data of the command. Blames the target.
 *
 * It cannot see a block that the node left out, nor bytes that it took from another of its commands for the
 * same block. A request that no command fits is a contradiction of the instruments, not a finding.
 *
 * Near misses: bytes that a retransmission changed before they were delivered (they are what was delivered);
 * a request that the backend did not apply; Write Zeroes that arrives as a write of zeroes or as a trim.
 */
export const mediumEqualsWire: Rule = {
  name: 'medium-equals-wire',
  restsOn: ['wire', 'medium'],
  sameUnderEach: true,
  judge: judgeMediumEqualsWire,
};

/** So many findings are listed; the reason tells how many there are. */
const listed = 20;

function judgeMediumEqualsWire({ facts: { history } }: RuleInput): Outcome {
  const applied = history.applies.filter(({ appliedAt }) => appliedAt !== never);
  if (applied.length === 0) {
    const reason = 'nothing was applied to the medium';
    return { status: 'not-judged', reason, findings: [], doubts: [] };
  }
  const changed = applied.filter(({ altered }) => altered !== undefined);
  const findings = changed.slice(0, listed).map((apply) => findingOf(history, apply));
  return outcome(findings, [], {
    held: `${count(applied.length, 'applied request')} carried the bytes that were delivered`,
    violated:
      `${count(changed.length, 'request')} with bytes other than were delivered` +
      (changed.length > listed ? `; the first ${listed} are listed` : ''),
  });
}

function findingOf(history: History, apply: Apply): Finding {
  const [first, last] = [apply.altered![0]!, apply.altered!.at(-1)!];
  const command = history.commands[first.commands[0]!]!;
  const association = history.associations[command.association]!;
  const written = hashOf(history, apply.payloads[first.lba - apply.slba]);
  const given = hashOf(history, deliveredOf(command)[first.lba - command.slba]);
  return {
    rule: 'medium-equals-wire',
    blame: 'target',
    blamed: apply.node,
    harm: null,
    sentence:
      `${lbas(first.lba, last.lba)}: node ${apply.node} wrote payload ${written} at ` +
      `${inMs(apply.appliedAt)}, where ${association.host} had delivered ${given} ` +
      `(${cid(command)} over path ${association.link}).`,
    witness: {
      lba: first.lba,
      host: association.host,
      path: association.link,
      steps: [
        {
          ms: toMs(command.sentAt),
          what: `${association.host} sends the write on ${association.label}, ${cid(command)}`,
          at: atFrame(command.sentFrame),
        },
        { ms: toMs(command.completeAt), what: `it is complete at node ${apply.node}: ${given}` },
        {
          ms: toMs(apply.receivedAt),
          what: `the medium's backend receives other bytes from node ${apply.node}: ${written}`,
          at: atRequest(apply),
        },
        { ms: toMs(apply.appliedAt), what: 'they are applied', at: atRequest(apply) },
      ],
    },
  };
}

function deliveredOf({ deliveredPayloads, payloads }: Command): readonly number[] {
  return deliveredPayloads ?? payloads;
}

function hashOf(history: History, payload: number | undefined): string {
  return history.payloadHashes[payload ?? 0]!;
}
