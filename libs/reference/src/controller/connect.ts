import {
  ANY_CONTROLLER,
  CONNECT_DATA_BYTES,
  connectFormat,
  connectHostId,
  connectKatoMs,
  connectQueueId,
  connectQueueSize,
  connectWithoutFlowControl,
  readConnectData,
  Status,
  type ConnectData,
} from '@fenceline/nvme';
import type { Command } from './command.js';
import { Controller } from './controller.js';
import type { Port } from './port.js';
import type { Queue } from './queue.js';
import type { Subsystem } from './subsystem.js';

/** DW0 of Connect Invalid Parameters: where the fault is, and whether in the data (bit 16) or in the entry. */
const inEntry = (offset: number) => offset;
const inData = (offset: number) => 0x1_0000 | offset;

const AT_QID = 42;
const AT_SQSIZE = 44;
const AT_CNTLID = 16;
const AT_SUBNQN = 256;
const AT_HOSTNQN = 512;

/**
 * Carries out Connect (NVMe Base Specification 2.3, section 6.3): makes a controller for an admin queue, or joins an I/O
 * queue to its controller.
 *
 * @param subsystemOf the subsystem of this node with an NQN
 * @returns the controller of the queue, or null when the command was refused
 */
export function connect(
  queue: Queue,
  command: Command,
  port: Port,
  subsystemOf: (nqn: string) => Subsystem | undefined,
): Controller | null {
  const refuse = (status: number, dword0 = 0) => {
    command.answer(status, dword0);
    return null;
  };
  const { sqe } = command;
  if (connectFormat(sqe, 0) !== 0) return refuse(Status.connectIncompatibleFormat);
  if (command.data.length !== CONNECT_DATA_BYTES) return refuse(Status.dataSglLengthInvalid);
  const data = readConnectData(command.data);
  const subsystem = subsystemOf(data.subsystemNqn);
  if (subsystem === undefined) return refuse(Status.connectInvalidParameters, inData(AT_SUBNQN));
  const { settings } = subsystem.options;
  if (data.hostNqn === '') return refuse(Status.connectInvalidParameters, inData(AT_HOSTNQN));
  if (settings.allowedHosts?.includes(data.hostNqn) === false) {
    return refuse(Status.connectInvalidHost);
  }
  const entries = connectQueueSize(sqe, 0);
  if (entries < 2 || entries > settings.queueEntries) {
    return refuse(Status.connectInvalidParameters, inEntry(AT_SQSIZE));
  }
  const qid = connectQueueId(sqe, 0);
  const controller =
    qid === 0
      ? connectAdmin(queue, command, data, port, subsystem, refuse)
      : connectIo(qid, queue, data, command, port, subsystem, refuse);
  if (controller === null) return null;
  queue.id = qid;
  queue.entries = entries;
  queue.hasFlowControl = !connectWithoutFlowControl(sqe, 0);
  command.answer(Status.success, controller.cntlid);
  return controller;
}

type Refuse = (status: number, dword0?: number) => null;

function connectAdmin(
  queue: Queue,
  command: Command,
  data: ConnectData,
  port: Port,
  subsystem: Subsystem,
  refuse: Refuse,
): Controller | null {
  // The dynamic controller model: a host cannot choose.
  if (data.cntlid !== ANY_CONTROLLER) {
    return refuse(Status.connectInvalidParameters, inData(AT_CNTLID));
  }
  const cntlid = subsystem.freeCntlid();
  if (cntlid === undefined) return refuse(Status.connectBusy);
  const hostId = connectHostId(command.data);
  const controller = new Controller(subsystem, port, cntlid, data.hostNqn, hostId, queue);
  subsystem.controllers.set(cntlid, controller);
  controller.keepAlive.start(connectKatoMs(command.sqe, 0));
  controller.log(`created for ${data.hostNqn} at port ${port.id}`);
  return controller;
}

function connectIo(
  qid: number,
  queue: Queue,
  data: ConnectData,
  command: Command,
  port: Port,
  subsystem: Subsystem,
  refuse: Refuse,
): Controller | null {
  const controller = subsystem.controllers.get(data.cntlid);
  // An association belongs to one host and one port.
  const isOurs =
    controller !== undefined &&
    !controller.hasEnded &&
    controller.hostNqn === data.hostNqn &&
    controller.port === port;
  if (!isOurs) return refuse(Status.connectInvalidParameters, inData(AT_CNTLID));
  const hostId = connectHostId(command.data);
  if (!hostId.every((byte, index) => byte === controller.hostId[index])) {
    return refuse(Status.connectInvalidParameters, inData(0));
  }
  if (subsystem.isDiscovery || qid > controller.queues) {
    return refuse(Status.connectInvalidParameters, inEntry(AT_QID));
  }
  if (!controller.isReady || controller.io.has(qid)) return refuse(Status.commandSequenceError);
  controller.io.set(qid, queue);
  return controller;
}
