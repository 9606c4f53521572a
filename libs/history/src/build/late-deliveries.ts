import { never, type Association, type Command, type History } from '../model.js';

/**
 * Commands that became complete at the target after their host had given the association up: a
 * retransmission, or a frame held in the network, got through (rules: T, event `late-delivery`).
 */
export function lateDeliveries(
  commands: readonly Command[],
  associations: readonly Association[],
): History['remarks'] {
  const remarks: History['remarks'] = [];
  for (const command of commands) {
    const association = associations[command.association]!;
    const { giveUpAt, lastNewHostBytesAt } = association;
    const { completeAt, name, cid } = command;
    if (completeAt === never || completeAt <= giveUpAt || completeAt <= lastNewHostBytesAt)
      continue;
    remarks.push({
      t: completeAt,
      text: `late delivery: ${name} CID ${cid} of ${association.label} became complete at ${association.node} after its host had given the association up`,
      at: command.sentFrame,
    });
  }
  return remarks;
}
