import { AdminOpcode, fabricsType, FabricsType, Status } from '@fenceline/nvme';
import type { Command } from './command.js';
import type { Controller } from './controller.js';
import { crossControllerReset } from './cross-controller-reset.js';
import { getFeatures, setFeatures } from './features.js';
import { identify } from './identify.js';
import { getLogPage } from './log-pages.js';
import { propertyGet, propertySet } from './properties.js';

/** Carries out a command of the admin queue. */
export function executeAdmin(controller: Controller, command: Command): void {
  if (command.isFabrics) {
    executeFabrics(controller, command);
    return;
  }
  const { isDiscovery } = controller.subsystem;
  const { opcode } = command;
  // A controller that is not enabled takes fabrics commands alone; one that shuts down answers what is asked of it.
  if (!controller.takesAdminCommands) {
    command.answer(Status.commandSequenceError);
    return;
  }
  switch (opcode) {
    case AdminOpcode.identify:
      identify(controller, command);
      return;
    case AdminOpcode.getLogPage:
      getLogPage(controller, command);
      return;
    case AdminOpcode.setFeatures:
      setFeatures(controller, command);
      return;
    case AdminOpcode.getFeatures:
      getFeatures(controller, command);
      return;
    case AdminOpcode.asyncEventRequest:
      controller.events.request(command);
      return;
    case AdminOpcode.keepAlive:
      controller.keepAlive.keepAlive();
      command.answer(Status.success);
      return;
    case AdminOpcode.abort:
      abort(controller, command);
      return;
    case AdminOpcode.crossControllerReset:
      if (isDiscovery || controller.subsystem.options.settings.ccrl === 0) break;
      crossControllerReset(controller, command);
      return;
  }
  command.answer(Status.invalidOpcode);
}

function executeFabrics(controller: Controller, command: Command): void {
  switch (fabricsType(command.sqe, 0)) {
    case FabricsType.propertyGet:
      propertyGet(controller, command);
      return;
    case FabricsType.propertySet:
      propertySet(controller, command);
      return;
    case FabricsType.connect:
      command.answer(Status.commandSequenceError);
      return;
    default:
      command.answer(Status.invalidOpcode);
  }
}

/** Abort finds event requests; what is at the medium cannot be aborted. DW0 bit 0: not aborted. */
function abort(controller: Controller, command: Command): void {
  const queueId = command.sqe.getUint16(40, true);
  const cid = command.sqe.getUint16(42, true);
  const isAborted = queueId === 0 && controller.events.abort(cid);
  command.answer(Status.success, isAborted ? 0 : 1);
}
