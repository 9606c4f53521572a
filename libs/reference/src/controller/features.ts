import { Feature, featureId, featureValue, Status } from '@fenceline/nvme';
import type { Command } from './command.js';
import type { Controller } from './controller.js';

/** Carries out Set Features (NVMe Base Specification 2.3, section 5.1.25). */
export function setFeatures(controller: Controller, command: Command): void {
  const value = featureValue(command.sqe, 0);
  switch (featureId(command.sqe, 0)) {
    case Feature.numberOfQueues:
      setQueues(controller, command, value);
      return;
    case Feature.asyncEventConfiguration:
      controller.events.configuration = value;
      command.answer(Status.success);
      return;
    case Feature.keepAliveTimer:
      controller.keepAlive.start(value);
      command.answer(Status.success, controller.keepAlive.katoMs);
      return;
    case Feature.volatileWriteCache:
    case Feature.hostIdentifier:
      // There is no cache to switch, and Connect has set the identifier.
      command.answer(Status.featureNotChangeable);
      return;
    default:
      command.answer(Status.invalidField);
  }
}

/** Carries out Get Features (section 5.1.11): the current values. */
export function getFeatures(controller: Controller, command: Command): void {
  switch (featureId(command.sqe, 0)) {
    case Feature.numberOfQueues:
      command.answer(Status.success, queuesGranted(controller.queues));
      return;
    case Feature.asyncEventConfiguration:
      command.answer(Status.success, controller.events.configuration >>> 0);
      return;
    case Feature.keepAliveTimer:
      command.answer(Status.success, controller.keepAlive.katoMs);
      return;
    case Feature.volatileWriteCache:
      command.answer(Status.success, 0);
      return;
    case Feature.hostIdentifier:
      // EXHID: over fabrics the identifier has 16 bytes.
      if ((featureValue(command.sqe, 0) & 1) === 0) command.answer(Status.invalidField);
      else command.answerData(controller.hostId);
      return;
    default:
      command.answer(Status.invalidField);
  }
}

/** Number of Queues: both counts are 0-based, and here the same. */
function setQueues(controller: Controller, command: Command, value: number): void {
  const submission = value & 0xffff;
  const completion = value >>> 16;
  if (submission === 0xffff || completion === 0xffff) {
    command.answer(Status.invalidField);
    return;
  }
  if (controller.io.size > 0) {
    command.answer(Status.commandSequenceError);
    return;
  }
  const { queues } = controller.subsystem.options.settings;
  controller.queues = Math.min(queues, Math.min(submission, completion) + 1);
  command.answer(Status.success, queuesGranted(controller.queues));
}

const queuesGranted = (count: number) => (count - 1) * 0x1_0001;
