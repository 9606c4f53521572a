import type { Association, CcrLogEntry, Command, History } from '@fenceline/history';
import { asyncEventText, CcrStatus, statusName } from '@fenceline/nvme';
import { atNs } from '../words.js';
import type { LaneOf } from './items.js';
import type { Signal } from './picture.js';
import { us } from './us.js';

/** As many of them as a page marks; further ones are bars like all others. */
export const mostSignals = 2_000;

/**
 * What was said of Cross-Controller Resets, and every event, in the order of time: a CCR as it was sent, its
 * success as it reached the host (on the lanes of the path that it was about), an event and a read of log page
 * 1Eh as they reached the host (Base Specification 2.3, sections 5.1.2, 5.1.12 and 5.4.3).
 */
export function signalsOf(history: History, laneOf: LaneOf): Signal[] {
  const signals: Signal[] = [];
  for (const command of history.commands) {
    const lane = laneOf.queue(command.association, command.qid);
    const signal = lane < 0 ? null : signalOf(command);
    if (signal) signals.push({ lane, ...signal });
  }
  for (const association of history.associations) {
    const lane = laneOf.queue(association.id, 0);
    if (lane < 0 || !Number.isFinite(association.ccrSuccessDeliveredAt)) continue;
    signals.push({ lane, ...successOf(association) });
  }
  return signals.sort((a, b) => a.t - b.t).slice(0, mostSignals);
}

type Placeless = Omit<Signal, 'lane'>;

function signalOf(command: Command): Placeless | null {
  const delivered = Number.isFinite(command.answeredAt);
  if (command.ccr) return ccrOf(command, command.ccr);
  if (command.event !== undefined && delivered) {
    return {
      t: us(command.answeredAt),
      kind: 'event',
      label: 'AEN',
      title: 'Asynchronous event',
      rows: [['event', asyncEventText(command.event)], at('delivered', command.answeredAt)],
    };
  }
  if (command.ccrLog && delivered) {
    const { announced, entries } = command.ccrLog;
    return {
      t: us(command.answeredAt),
      kind: 'log',
      label: 'log 1Eh',
      title: 'Log page 1Eh, Cross-Controller Reset',
      rows: [
        at('delivered', command.answeredAt),
        ['entries', `${announced}`],
        ...entries.slice(0, 8).map(entryRow),
      ],
    };
  }
  return null;
}

function ccrOf(command: Command, { icid, ciu, cirn, immediate }: NonNullable<Command['ccr']>) {
  const { answeredAt, status } = command;
  const rows: Signal['rows'] = [
    ['names CNTLID', `${icid}`],
    ['CIU', `${ciu}`],
    ['CIRN', `${cirn.toString(16).padStart(16, '0')}h`],
    at('sent', command.sentAt),
    at('answered', answeredAt),
  ];
  if (status !== null) rows.push(['status', statusName(status)]);
  if (status === 0)
    rows.push(['reset', immediate ? 'done at once' : 'begun, the log page follows']);
  return {
    t: us(command.sentAt),
    kind: 'ccr' as const,
    label: 'CCR',
    title: 'Cross-Controller Reset',
    rows,
  };
}

function successOf(association: Association): Placeless {
  return {
    t: us(association.ccrSuccessDeliveredAt),
    kind: 'ccr-success',
    label: 'CCR success',
    title: 'Cross-Controller Reset done',
    rows: [
      ['of', association.label],
      at('left the node', association.ccrSuccessSentAt),
      at('delivered', association.ccrSuccessDeliveredAt),
    ],
  };
}

const ccrStatusWord: Readonly<Record<number, string>> = {
  [CcrStatus.inProgress]: 'in progress',
  [CcrStatus.success]: 'success',
  [CcrStatus.failed]: 'failed',
};

const entryRow = ({ icid, ciu, status }: CcrLogEntry): [string, string] => [
  `CNTLID ${icid}, CIU ${ciu}`,
  ccrStatusWord[status] ?? `status ${status}`,
];

const at = (name: string, ns: number): [string, string] => [
  name,
  Number.isFinite(ns) ? `${atNs(ns)} ms` : 'never',
];
