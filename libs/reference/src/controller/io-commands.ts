import { NS_PER_MS, type AnaState } from '@fenceline/contracts';
import {
  DSM_RANGE_BYTES,
  dsmDeallocates,
  dsmRangeBlocks,
  dsmRanges,
  dsmRangeSlba,
  fabricsType,
  FabricsType,
  IoOpcode,
  sqeBlocks,
  sqeFua,
  sqeIsFused,
  sqeSlba,
  Status,
} from '@fenceline/nvme';
import type { MediumRequest, MediumResult } from '../transport.js';
import type { Command } from './command.js';
import type { Controller } from './controller.js';

/**
 * Looks at a command of an I/O queue before its data is there (NVM Command Set Specification, section 3).
 *
 * @returns the status that refuses it, or success
 */
export function checkIo(controller: Controller, command: Command): number {
  if (command.isFabrics) {
    return fabricsType(command.sqe, 0) === FabricsType.disconnect
      ? Status.success
      : Status.commandSequenceError;
  }
  if (!controller.isReady) return Status.commandSequenceError;
  if (!isSupported(command.opcode)) return Status.invalidOpcode;
  if (sqeIsFused(command.sqe, 0)) return Status.invalidField;
  if (!isOurNamespace(controller, command)) return Status.invalidNamespace;
  const access = anaStatus(controller.port.anaState);
  if (access !== Status.success) return access;
  switch (command.opcode) {
    case IoOpcode.flush:
      return Status.success;
    case IoOpcode.datasetManagement:
      // Linux sends room for the most ranges, however many there are.
      return command.length >= dsmRanges(command.sqe, 0) * DSM_RANGE_BYTES
        ? Status.success
        : Status.dataSglLengthInvalid;
    default:
      return checkRange(controller, command);
  }
}

const supported = new Set<number>([
  IoOpcode.flush,
  IoOpcode.write,
  IoOpcode.read,
  IoOpcode.compare,
  IoOpcode.writeZeroes,
  IoOpcode.datasetManagement,
]);
const isSupported = (opcode: number) => supported.has(opcode);

/** A flush may name all namespaces. */
function isOurNamespace(controller: Controller, { nsid, opcode }: Command): boolean {
  const isAll = nsid === 0xffff_ffff && opcode === IoOpcode.flush;
  return isAll || nsid === controller.subsystem.options.namespace.nsid;
}

function anaStatus(state: AnaState): number {
  switch (state) {
    case 'optimized':
    case 'non-optimized':
      return Status.success;
    case 'inaccessible':
      return Status.asymmetricAccessInaccessible;
    case 'persistent-loss':
      return Status.asymmetricAccessPersistentLoss;
    case 'change':
      return Status.asymmetricAccessTransition;
  }
}

function checkRange(controller: Controller, command: Command): number {
  const { blockSize, size } = controller.port.medium;
  const blocks = sqeBlocks(command.sqe, 0);
  if ((sqeSlba(command.sqe, 0) + blocks) * blockSize > size) return Status.lbaOutOfRange;
  if (command.opcode === IoOpcode.writeZeroes) return Status.success;
  return command.length === blocks * blockSize ? Status.success : Status.dataSglLengthInvalid;
}

/** Carries out a command that `checkIo` let pass, with all of its data. */
export function executeIo(controller: Controller, command: Command): void {
  const { blockSize } = controller.port.medium;
  const offset = sqeSlba(command.sqe, 0) * blockSize;
  const length = sqeBlocks(command.sqe, 0) * blockSize;
  const fua = sqeFua(command.sqe, 0);
  switch (command.opcode) {
    case IoOpcode.read:
      read(controller, command, offset, length);
      return;
    case IoOpcode.write:
      write(controller, command, offset, fua);
      return;
    case IoOpcode.writeZeroes:
      change(controller, command, { op: 'write-zeroes', offset, length });
      return;
    case IoOpcode.flush:
      change(controller, command, { op: 'flush' });
      return;
    case IoOpcode.compare:
      compare(controller, command, offset, length);
      return;
    case IoOpcode.datasetManagement:
      deallocate(controller, command);
      return;
  }
}

function read(controller: Controller, command: Command, offset: number, length: number): void {
  controller.gate.submit({ op: 'read', offset, length }, (result) => {
    if (!result.ok) command.answer(statusOf(result, Status.unrecoveredReadError));
    else {
      const { health } = controller.port;
      health.reads++;
      health.bytesRead += length;
      command.answerData(result.data!);
    }
  });
}

function write(controller: Controller, command: Command, offset: number, fua: boolean): void {
  const { decisions } = controller.subsystem.options;
  const { health } = controller.port;
  health.writes++;
  health.bytesWritten += command.data.length;
  if (!decisions.isSubmitted(health.writes)) {
    command.answer(Status.success);
    return;
  }
  const data = decisions.dataOf(command.data);
  const waitNs = decisions.waitMs(health.writes) * NS_PER_MS;
  change(controller, command, { op: 'write', offset, data, fua }, waitNs);
  const patienceMs = decisions.acknowledgesUndoneAfterMs();
  if (patienceMs !== null) {
    controller.subsystem.after(patienceMs, () => command.answer(Status.success));
  }
}

function change(
  controller: Controller,
  command: Command,
  request: MediumRequest,
  waitNs?: number,
): void {
  const done = (result: MediumResult) => {
    command.answer(statusOf(result, Status.writeFault));
    command.releaseData();
  };
  controller.gate.submit(request, done, waitNs);
}

function compare(controller: Controller, command: Command, offset: number, length: number): void {
  controller.gate.submit({ op: 'read', offset, length }, (result) => {
    if (!result.ok) command.answer(statusOf(result, Status.unrecoveredReadError));
    else {
      const isSame = result.data!.every((byte, index) => byte === command.data[index]);
      command.answer(isSame ? Status.success : Status.compareFailure);
    }
  });
}

/** Dataset Management: ranges are only deallocated; other attributes are hints that this controller has no use for. */
function deallocate(controller: Controller, command: Command): void {
  const { blockSize, size } = controller.port.medium;
  const { data } = command;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const ranges: { offset: number; length: number }[] = [];
  const end = dsmRanges(command.sqe, 0) * DSM_RANGE_BYTES;
  for (let at = 0; at < end; at += DSM_RANGE_BYTES) {
    const offset = dsmRangeSlba(view, at) * blockSize;
    const length = dsmRangeBlocks(view, at) * blockSize;
    if (offset + length > size) {
      command.answer(Status.lbaOutOfRange);
      return;
    }
    if (length > 0) ranges.push({ offset, length });
  }
  if (!dsmDeallocates(command.sqe, 0) || ranges.length === 0) {
    command.answer(Status.success);
    return;
  }
  let left = ranges.length;
  let status: number = Status.success;
  for (const range of ranges) {
    controller.gate.submit({ op: 'trim', ...range }, (result) => {
      if (!result.ok) status = statusOf(result, Status.writeFault);
      if (--left === 0) command.answer(status);
    });
  }
}

function statusOf(result: MediumResult, ofMedium: number): number {
  if (result.ok) return Status.success;
  switch (result.error) {
    case 'EIO':
      return ofMedium;
    case 'ENOSPC':
      return Status.capacityExceeded;
    default:
      return Status.internalError;
  }
}
