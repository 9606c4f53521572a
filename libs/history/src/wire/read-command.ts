import {
  AdminOpcode,
  adminName,
  CCR_LOG_BYTES,
  CCR_LOG_PAGE,
  CNS_CONTROLLER,
  CONNECT_DATA_BYTES,
  DSM_RANGE_BYTES,
  dsmDeallocates,
  dsmRanges,
  fabricsName,
  fabricsType,
  FabricsType,
  identifyCns,
  IDENTIFY_BYTES,
  IoOpcode,
  ioName,
  logPageId,
  roomFor,
  SglType,
  sendsData,
  SQE_BYTES,
  sqeBlocks,
  sqeCid,
  sqeFua,
  sqeNsid,
  sqeOpcode,
  sqeSglLength,
  sqeSglType,
  sqeSlba,
} from '@fenceline/nvme';
import { never, type Command, type FrameRef } from '../model.js';
import { BlockHasher } from './block-hasher.js';
import { CollectedData, InFlight } from './in-flight.js';
import type { PayloadTable } from './payload-table.js';
import { readsAsAdmin } from './reads-as-admin.js';

/** Where and when a command was seen. */
export interface CommandOrigin {
  id: number;
  association: number;
  connection: number;
  qid: number;
  sentAt: number;
  sentFrame: FrameRef;
}

/**
 * Reads the submission queue entry at `at` into a command, and prepares to take its data.
 *
 * @param inCapsule - bytes of data that the capsule itself carries
 */
export function readCommand(
  view: DataView,
  at: number,
  inCapsule: number,
  origin: CommandOrigin,
  table: PayloadTable,
): InFlight {
  const opcode = sqeOpcode(view, at);
  const command: Command = {
    id: origin.id,
    association: origin.association,
    connection: origin.connection,
    qid: origin.qid,
    cid: sqeCid(view, at),
    opcode,
    name: '',
    op: 'other',
    nsid: 0,
    slba: 0,
    blocks: 0,
    fua: false,
    payloads: [],
    sentAt: origin.sentAt,
    sentFrame: origin.sentFrame,
    completeAt: never,
    answerSentAt: never,
    answeredAt: never,
    answerFrame: null,
    status: null,
  };
  const flight = new InFlight(command);
  const isFabrics = opcode === AdminOpcode.fabrics;
  const hasDataToNode = sendsData(isFabrics ? fabricsType(view, at) : opcode);
  if (inCapsule === 0 && hasDataToNode && sqeSglType(view, at) !== SglType.inCapsule) {
    flight.dataToNode = sqeSglLength(view, at);
  }
  flight.payloadSent = inCapsule === 0 && flight.dataToNode === 0;
  if (isFabrics || readsAsAdmin(origin.qid, opcode, sqeNsid(view, at)))
    readAdmin(flight, view, at, isFabrics);
  else readIo(flight, view, at, table);
  return flight;
}

function readAdmin(flight: InFlight, view: DataView, at: number, isFabrics: boolean): void {
  const { command } = flight;
  const entry = roomFor(SQE_BYTES);
  for (let i = 0; i < SQE_BYTES; i++) entry[i] = view.getUint8(at + i);
  flight.entry = new DataView(entry.buffer, entry.byteOffset, SQE_BYTES);
  if (isFabrics) {
    const type = fabricsType(view, at);
    command.name = fabricsName(type);
    if (type === FabricsType.connect) flight.sentToNode = new CollectedData(CONNECT_DATA_BYTES);
    return;
  }
  command.name = adminName(command.opcode);
  command.nsid = sqeNsid(view, at);
  if (command.opcode === AdminOpcode.identify && identifyCns(view, at) === CNS_CONTROLLER) {
    flight.deliveredToHost = new CollectedData(IDENTIFY_BYTES);
  } else if (command.opcode === AdminOpcode.getLogPage && logPageId(view, at) === CCR_LOG_PAGE) {
    const wanted = Math.min(sqeSglLength(view, at), CCR_LOG_BYTES);
    flight.sentToHost = new CollectedData(wanted);
    flight.deliveredToHost = new CollectedData(wanted);
  }
}

function readIo(flight: InFlight, view: DataView, at: number, table: PayloadTable): void {
  const { command } = flight;
  command.name = ioName(command.opcode);
  command.nsid = sqeNsid(view, at);
  switch (command.opcode) {
    case IoOpcode.write:
      readRange(command, view, at);
      command.op = 'write';
      flight.sentToNode = new BlockHasher(table, command.blocks);
      break;
    case IoOpcode.writeZeroes:
      readRange(command, view, at);
      command.op = 'write-zeroes';
      command.payloads = new Array<number>(command.blocks).fill(0);
      break;
    case IoOpcode.datasetManagement:
      if (!dsmDeallocates(view, at)) break;
      command.op = 'deallocate';
      flight.sentToNode = new CollectedData(dsmRanges(view, at) * DSM_RANGE_BYTES);
      break;
    case IoOpcode.read:
      readRange(command, view, at);
      command.op = 'read';
      flight.deliveredToHost = new BlockHasher(table, command.blocks);
      break;
    case IoOpcode.compare:
    case IoOpcode.verify:
    case IoOpcode.writeUncorrectable:
      readRange(command, view, at);
      break;
    case IoOpcode.flush:
      command.op = 'flush';
      break;
    default:
      break;
  }
}

function readRange(command: Command, view: DataView, at: number): void {
  command.slba = sqeSlba(view, at);
  command.blocks = sqeBlocks(view, at);
  command.fua = sqeFua(view, at);
}
