import {
  AdminOpcode,
  anaStateCodes,
  encodeAnaLog,
  encodeDiscoveryLog,
  encodeEffectsLog,
  encodeErrorLog,
  encodeHealthLog,
  encodeNamespaceList,
  encodeSupportedLogPages,
  IoOpcode,
  LogPage,
  logPageId,
  logPageLength,
  logPageOffset,
  logPageRetainsEvent,
  logPageSpecific,
  Status,
} from '@fenceline/nvme';
import type { Command } from './command.js';
import { ERROR_LOG_ENTRIES, type Controller } from './controller.js';

/** LSP bit 0 of log page 0Ch: groups only; of log page 1Eh: remove completed entries. */
const LSP_BIT_0 = 1;

const adminEffects = [
  AdminOpcode.getLogPage,
  AdminOpcode.identify,
  AdminOpcode.abort,
  AdminOpcode.setFeatures,
  AdminOpcode.getFeatures,
  AdminOpcode.asyncEventRequest,
  AdminOpcode.keepAlive,
].map((opcode) => ({ opcode }));

const ioEffects = [
  { opcode: IoOpcode.flush },
  { opcode: IoOpcode.write, changesMedium: true },
  { opcode: IoOpcode.read },
  { opcode: IoOpcode.compare },
  { opcode: IoOpcode.writeZeroes, changesMedium: true },
  { opcode: IoOpcode.datasetManagement, changesMedium: true },
];

/** Carries out Get Log Page (NVMe Base Specification 2.3, section 5.1.12). */
export function getLogPage(controller: Controller, command: Command): void {
  const { sqe } = command;
  const page = logPageId(sqe, 0);
  const specific = logPageSpecific(sqe, 0);
  const bytes = pageBytes(controller, page, (specific & LSP_BIT_0) !== 0);
  const offset = logPageOffset(sqe, 0);
  const length = logPageLength(sqe, 0);
  if (bytes === undefined) {
    command.answer(Status.invalidLogPage);
    return;
  }
  if (offset % 4 !== 0 || offset > bytes.length || length !== command.length) {
    command.answer(length === command.length ? Status.invalidField : Status.dataSglLengthInvalid);
    return;
  }
  const data = new Uint8Array(length);
  data.set(bytes.subarray(offset, offset + length));
  if (!logPageRetainsEvent(sqe, 0)) controller.events.read(page);
  if (page === LogPage.ccr && (specific & LSP_BIT_0) !== 0) {
    controller.ccrLog.removeRead(offset, offset + length);
  }
  command.answerData(data);
}

/** The whole page; undefined where the controller has none of this number. */
function pageBytes(controller: Controller, page: number, lspBit0: boolean): Uint8Array | undefined {
  const { subsystem, port } = controller;
  const isDiscovery = subsystem.isDiscovery;
  switch (page) {
    case LogPage.supported:
      return encodeSupportedLogPages(supportedPages(controller));
    case LogPage.errors:
      return encodeErrorLog(controller.errors, ERROR_LOG_ENTRIES);
    case LogPage.discovery: {
      if (!isDiscovery) return undefined;
      const { generation, entries } = subsystem.options.discoveryEntries();
      return encodeDiscoveryLog(generation, entries);
    }
  }
  if (isDiscovery) return undefined;
  switch (page) {
    case LogPage.health:
      return encodeHealthLog(port.health);
    case LogPage.firmware:
      return new Uint8Array(512);
    case LogPage.changedNamespaces:
      return encodeNamespaceList([]);
    case LogPage.effects:
      return encodeEffectsLog(
        hasCcr(controller)
          ? [...adminEffects, { opcode: AdminOpcode.crossControllerReset }]
          : adminEffects,
        ioEffects,
      );
    case LogPage.ana:
      return anaLog(controller, lspBit0);
    case LogPage.ccr:
      return hasCcr(controller) ? ccrPage(controller) : undefined;
    default:
      return undefined;
  }
}

const hasCcr = ({ subsystem }: Controller) => subsystem.options.settings.ccrl > 0;

function supportedPages(controller: Controller): number[] {
  if (controller.subsystem.isDiscovery) {
    return [LogPage.supported, LogPage.errors, LogPage.discovery];
  }
  return Object.values(LogPage).filter(
    (page) => page !== LogPage.discovery && (page !== LogPage.ccr || hasCcr(controller)),
  );
}

function anaLog({ subsystem, port }: Controller, groupsOnly: boolean): Uint8Array {
  const { namespace } = subsystem.options;
  const group = {
    id: namespace.anaGroup ?? 1,
    state: anaStateCodes[port.anaState],
    changeCount: port.anaChanges,
    nsids: [namespace.nsid],
  };
  return encodeAnaLog(port.anaChanges, [group], groupsOnly);
}

function ccrPage(controller: Controller): Uint8Array {
  const { decisions } = controller.subsystem.options;
  return controller.ccrLog.page(({ icid, ciu, status }) =>
    decisions.logEntry({ icid, ciu, acid: 0, status, flags: 0 }, controller),
  );
}
