import {
  AdminOpcode,
  asyncEventText,
  CCR_LOG_PAGE,
  ccrImmediate,
  ccrImpairedCntlid,
  ccrRandomNumber,
  CcrStatus,
  ccrUniquifier,
  connectedCntlid,
  connectKatoMs,
  connectQueueSize,
  Feature,
  featureId,
  featureValue,
  FabricsType,
  fabricsType,
  identifyCns,
  IDENTIFY_BYTES,
  CNS_CONTROLLER,
  logPageId,
  logPageName,
  Property,
  propertyOffset,
  propertyValue,
  readCcrLog,
  readConnectData,
  readIdentifyController,
} from '@fenceline/nvme';
import type { CollectedData } from '../wire/in-flight.js';
import type { DecodedCommand } from './decoded-command.js';

/**
 * What is particular to an admin or fabrics command, in a few words; from its entry, its data and, where it was
 * answered with success, DW0 of the answer.
 */
export function describeCommand(command: DecodedCommand, dword0: number): string {
  const { entry, data, opcode } = command;
  if (entry === null) return '';
  const succeeded = command.status === 0;
  switch (opcode) {
    case AdminOpcode.fabrics:
      return describeFabrics(entry, data, succeeded, dword0, command.qid);
    case AdminOpcode.asyncEventRequest:
      return succeeded ? `event: ${asyncEventText(dword0)}` : '';
    case AdminOpcode.crossControllerReset: {
      const target = `controller ${ccrImpairedCntlid(entry, 0)}, CIU ${ccrUniquifier(entry, 0)}, CIRN ${hex(ccrRandomNumber(entry, 0), 16)}`;
      if (!succeeded) return target;
      return `${target}; ${ccrImmediate(dword0) ? 'reset at once' : 'reset begun'}`;
    }
    case AdminOpcode.getLogPage:
      return describeLogPage(entry, data, succeeded);
    case AdminOpcode.identify:
      return describeIdentify(entry, data, succeeded);
    case AdminOpcode.setFeatures:
      return `feature ${hex(featureId(entry, 0), 2)}${featureText(entry)}`;
    case AdminOpcode.getFeatures:
      return `feature ${hex(featureId(entry, 0), 2)}${succeeded ? `, value ${hex(dword0, 8)}` : ''}`;
    case AdminOpcode.abort:
      return `CID ${entry.getUint16(42, true)} of queue ${entry.getUint16(40, true)}`;
    default:
      return '';
  }
}

function describeFabrics(
  entry: DataView,
  data: CollectedData | null,
  succeeded: boolean,
  dword0: number,
  qid: number,
): string {
  switch (fabricsType(entry, 0)) {
    case FabricsType.connect: {
      const parts = [qid === 0 ? 'admin queue' : `I/O queue ${qid}`];
      parts.push(`${connectQueueSize(entry, 0)} entries`);
      if (qid === 0) parts.push(`KATO ${connectKatoMs(entry, 0)} ms`);
      if (succeeded) parts.push(`controller ${connectedCntlid(dword0)}`);
      if (data?.complete === true) {
        const { hostNqn, subsystemNqn } = readConnectData(data.bytes);
        parts.push(`${printable(hostNqn)} to ${printable(subsystemNqn)}`);
      }
      return parts.join(', ');
    }
    case FabricsType.propertySet:
      return `${propertyName(entry)} = ${hex(propertyValue(entry, 0), 8)}`;
    case FabricsType.propertyGet:
      return `${propertyName(entry)}${succeeded ? ` is ${hex(dword0, 8)}` : ''}`;
    default:
      return '';
  }
}

const propertyNames: Readonly<Record<number, string>> = {
  [Property.capabilities]: 'CAP',
  [Property.version]: 'VS',
  [Property.configuration]: 'CC',
  [Property.status]: 'CSTS',
};

function propertyName(entry: DataView): string {
  const offset = propertyOffset(entry, 0);
  return propertyNames[offset] ?? `property ${hex(offset, 2)}`;
}

function featureText(entry: DataView): string {
  const value = featureValue(entry, 0);
  return featureId(entry, 0) === Feature.keepAliveTimer
    ? `, KATO ${value} ms`
    : `, value ${hex(value, 8)}`;
}

function describeLogPage(entry: DataView, data: CollectedData | null, succeeded: boolean): string {
  const name = `log page ${hex(logPageId(entry, 0), 2)}${logPageName(logPageId(entry, 0))}`;
  if (!succeeded || data?.complete !== true || logPageId(entry, 0) !== CCR_LOG_PAGE) return name;
  const entries = readCcrLog(data.bytes).map(
    ({ icid, ciu, status }) => `controller ${icid}, CIU ${ciu}: ${ccrStatusText(status)}`,
  );
  return `${name}: ${entries.length === 0 ? 'no entry' : entries.join('; ')}`;
}

function ccrStatusText(status: number): string {
  if (status === CcrStatus.success) return 'success';
  return status === CcrStatus.failed ? 'failed' : 'in progress';
}

function describeIdentify(entry: DataView, data: CollectedData | null, succeeded: boolean): string {
  const cns = identifyCns(entry, 0);
  const name = `CNS ${hex(cns, 2)}`;
  if (cns !== CNS_CONTROLLER) return name;
  if (!succeeded || data?.complete !== true || data.bytes.length !== IDENTIFY_BYTES) return name;
  const { cntlid, cqtMs, ciu, ccrl, tbkas, kas } = readIdentifyController(data.bytes);
  return `${name}, controller ${cntlid}, KAS ${kas * 100} ms${tbkas ? ', TBKAS' : ''}, CQT ${cqtMs} ms, CIU ${ciu}, CCRL ${ccrl}`;
}

/** An NQN as it may be printed: captures may hold anything, also what a terminal obeys. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function hex(value: number | bigint, digits: number): string {
  return `${value.toString(16).toUpperCase().padStart(digits, '0')}h`;
}
