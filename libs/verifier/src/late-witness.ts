import type { WitnessStep } from '@fenceline/contracts';
import type { Association } from '@fenceline/history';
import type { LateApply } from './late-applies.js';
import { atFrame, atRequest, cid, lbas, toMs } from './sentences.js';

/** What happened to a command that was applied too late, in the order of time, with what it was too late for. */
export function lateSteps(
  association: Association,
  { lba, apply: { apply }, command }: LateApply,
  giveUpAt: number,
  ...others: { t: number; what: string; at?: string }[]
): WitnessStep[] {
  const at = atRequest(apply);
  return [
    {
      t: command.sentAt,
      what: `${association.host} sends ${command.name} ${lbas(lba)}, ${cid(command)}, on ${association.label}`,
      at: atFrame(command.sentFrame),
    },
    { t: command.completeAt, what: `it is complete at node ${apply.node}` },
    { t: apply.receivedAt, what: `the medium's backend receives it from node ${apply.node}`, at },
    { t: apply.heldAt ?? Number.NaN, what: 'the backend holds it', at },
    {
      t: giveUpAt,
      what: `${association.host} gives ${association.label} up`,
      ...(association.giveUpAtFrame === null ? {} : { at: atFrame(association.giveUpAtFrame) }),
    },
    ...others,
    { t: apply.appliedAt, what: 'the medium takes it', at },
  ]
    .filter((step) => Number.isFinite(step.t))
    .sort((a, b) => a.t - b.t)
    .map(({ t, ...step }) => ({ ms: toMs(t), ...step }));
}
