import {
  cstsReady,
  Property,
  propertyOffset,
  propertySize,
  propertyValue,
  Status,
} from '@fenceline/nvme';
import type { Command } from './command.js';
import type { Controller } from './controller.js';
import { VERSION } from './identify.js';

/** CAP.CQR: queues are contiguous; CAP.TO: 7.5 s until RDY changes; CAP.CSS: NVM, and command sets by CC.CSS 110b. */
const CAP_CQR = 1n << 16n;
const CAP_TO = 15n << 24n;
const CAP_CSS = (1n << 37n) | (1n << 43n);

/** Carries out Property Get (NVMe Base Specification 2.3, section 6.6). */
export function propertyGet(controller: Controller, command: Command): void {
  const offset = propertyOffset(command.sqe, 0);
  const size = propertySize(command.sqe, 0);
  const value = property(controller, offset);
  if (value === undefined || size !== (offset === Property.capabilities ? 8 : 4)) {
    command.answer(Status.invalidField);
    return;
  }
  command.answer(
    Status.success,
    Number(value & 0xffff_ffffn),
    Number((value >> 32n) & 0xffff_ffffn),
  );
}

function property(controller: Controller, offset: number): bigint | undefined {
  const { queueEntries } = controller.subsystem.options.settings;
  switch (offset) {
    case Property.capabilities:
      return BigInt(queueEntries - 1) | CAP_CQR | CAP_TO | CAP_CSS;
    case Property.version:
      return BigInt(VERSION);
    case Property.configuration:
      return BigInt(controller.configuration >>> 0);
    case Property.status:
      return BigInt(controller.status);
    default:
      return undefined;
  }
}

/** Carries out Property Set (section 6.7) of CC, the only property that can be set. */
export function propertySet(controller: Controller, command: Command): void {
  const isConfiguration = propertyOffset(command.sqe, 0) === Property.configuration;
  if (!isConfiguration || propertySize(command.sqe, 0) !== 4) {
    command.answer(Status.invalidField);
    return;
  }
  const wasReady = cstsReady(controller.status);
  controller.configure(propertyValue(command.sqe, 0));
  if (!wasReady && cstsReady(controller.status)) controller.log('is ready');
  command.answer(Status.success);
}
