import {
  never,
  type Association,
  type CcrRequest,
  type Command,
  type History,
} from '@fenceline/history';
import { listOf } from '../lists.js';

/** A Cross-Controller Reset: the command, the controller that it was sent through, the instance it names. */
export interface Ccr {
  command: Command;
  asked: CcrRequest;
  source: Association;
  /** The latest association with that CNTLID of which the host was told before; null where there is none. */
  latest: Association | null;
  /** The association whose CIU and CIRN it names; null where none has them. */
  named: Association | null;
}

/** Every CCR, read of log page 1Eh and event F4h, in the order sent, by source controller. */
export interface CcrTraffic {
  ccrs: Ccr[];
  /** By association of the source. */
  reads: Map<number, Command[]>;
  events: Map<number, Command[]>;
}

/** DW0 of "CCR completed": notice, F4h, log page 1Eh. */
const ccrCompleted = 0x001e_f402;

export function ccrTraffic(history: History): CcrTraffic {
  const traffic: CcrTraffic = { ccrs: [], reads: new Map(), events: new Map() };
  for (const command of history.commands) {
    const { ccr } = command;
    if (ccr !== undefined) {
      const source = history.associations[command.association]!;
      const instances = instancesOf(history, source, ccr.icid, command.sentAt);
      traffic.ccrs.push({
        command,
        asked: ccr,
        source,
        latest: instances.at(-1) ?? null,
        named: instances.findLast((it) => it.ciu === ccr.ciu && it.cirn === ccr.cirn) ?? null,
      });
    } else if (command.ccrLog !== undefined) {
      listOf(traffic.reads, command.association).push(command);
    } else if (command.event === ccrCompleted) {
      listOf(traffic.events, command.association).push(command);
    }
  }
  return traffic;
}

/** Whether two associations are of one host with one controller ID of one subsystem. */
export function sameController(a: Association, b: Association): boolean {
  return a.hostNqn === b.hostNqn && a.subsystemNqn === b.subsystemNqn && a.cntlid === b.cntlid;
}

/** Whether a CCR was refused, or its command failed. */
export function wasRefused({ command }: Ccr): boolean {
  return command.answeredAt !== never && command.status !== 0;
}

/** Whether a source took a CCR and promised an entry of its log page. */
export function wasAccepted({ command, asked }: Ccr): boolean {
  return command.status === 0 && !asked.immediate;
}

function instancesOf(
  { associations }: History,
  source: Association,
  cntlid: number,
  before: number,
): Association[] {
  return associations.filter(
    (it) =>
      it.cntlid === cntlid &&
      it.hostNqn === source.hostNqn &&
      it.subsystemNqn === source.subsystemNqn &&
      it.identifiedAt <= before,
  );
}
