import {
  AdminOpcode,
  CCR_LOG_BYTES,
  CCR_LOG_PAGE,
  CNS_CONTROLLER,
  encodeConnectData,
  FabricsType,
  Feature,
  IDENTIFY_BYTES,
  IoOpcode,
  type SqeCommandFields,
} from '@fenceline/nvme';
import type { ControllerInstance } from './decisions.js';
import type { MediumRequest } from '../transport.js';

/** A command as its queue sends it, but for what the queue itself fills in. */
export interface HostCommand {
  entry: SqeCommandFields;
  /** Data for the controller. */
  data?: Uint8Array;
  /** Bytes that the controller sends. */
  receiveBytes?: number;
}

/** How a command was answered. */
export interface Completion {
  /** SCT << 8 | SC. */
  status: number;
  doNotRetry: boolean;
  dword0: number;
  dword1: number;
  /** What the controller sent; empty where the command receives nothing. */
  data: Uint8Array;
}

const ALL_NAMESPACES = 0xffff_ffff;
const REMOVE_COMPLETED = 1;

/** Base Specification, section 6.3: Connect. `cntlid` is `ANY_CONTROLLER` for an admin queue. */
export function connectCommand(fields: {
  qid: number;
  entries: number;
  keepAliveMs: number;
  cntlid: number;
  subsystemNqn: string;
  hostNqn: string;
  hostId: Uint8Array;
}): HostCommand {
  return {
    entry: {
      opcode: AdminOpcode.fabrics,
      fabricsType: FabricsType.connect,
      dwords: { 10: fields.qid << 16, 11: fields.entries - 1, 12: fields.keepAliveMs },
    },
    data: encodeConnectData(fields),
  };
}

export const propertyGet = (offset: number, bytes: 4 | 8): HostCommand => ({
  entry: {
    opcode: AdminOpcode.fabrics,
    fabricsType: FabricsType.propertyGet,
    dwords: { 10: bytes === 8 ? 1 : 0, 11: offset },
  },
});

/** Sets a property of 4 bytes. */
export const propertySet = (offset: number, value: number): HostCommand => ({
  entry: {
    opcode: AdminOpcode.fabrics,
    fabricsType: FabricsType.propertySet,
    dwords: { 11: offset, 12: value },
  },
});

export const identifyController = (): HostCommand => identify(CNS_CONTROLLER, 0);

export const identify = (cns: number, nsid: number): HostCommand => ({
  entry: { opcode: AdminOpcode.identify, nsid, dwords: { 10: cns } },
  receiveBytes: IDENTIFY_BYTES,
});

export const setFeature = (feature: number, value: number): HostCommand => ({
  entry: { opcode: AdminOpcode.setFeatures, dwords: { 10: feature, 11: value } },
});

/** Asks for so many I/O queues of each kind. */
export const setQueues = (queues: number): HostCommand =>
  setFeature(Feature.numberOfQueues, (queues - 1) * 0x1_0001);

/** Reads the first bytes of a log page; `bytes` is a multiple of 4. */
export function getLogPage(lid: number, bytes: number, specific = 0, offset = 0): HostCommand {
  const dwords = bytes / 4 - 1;
  return {
    entry: {
      opcode: AdminOpcode.getLogPage,
      nsid: ALL_NAMESPACES,
      dwords: {
        10: lid | (specific << 8) | ((dwords & 0xffff) << 16),
        11: dwords >>> 16,
        12: offset,
      },
    },
    receiveBytes: bytes,
  };
}

/** Reads log page 1Eh and has the controller remove what is complete. */
export const readCcrLogPage = (): HostCommand =>
  getLogPage(CCR_LOG_PAGE, CCR_LOG_BYTES, REMOVE_COMPLETED);

export const asyncEventRequest = (): HostCommand => ({
  entry: { opcode: AdminOpcode.asyncEventRequest },
});

export const keepAliveCommand = (): HostCommand => ({
  entry: { opcode: AdminOpcode.keepAlive },
});

/** Base Specification 2.3, section 5.4.3: Cross-Controller Reset. */
export const crossControllerReset = ({ cntlid, ciu, cirn }: ControllerInstance): HostCommand => ({
  entry: {
    opcode: AdminOpcode.crossControllerReset,
    dwords: {
      10: cntlid | (ciu << 16),
      12: Number(cirn & 0xffff_ffffn),
      13: Number(cirn >> 32n),
    },
  },
});

/** A request to the namespace as a command of the NVM Command Set. */
export function ioCommand(request: MediumRequest, nsid: number, blockSize: number): HostCommand {
  if (request.op === 'flush') return { entry: { opcode: IoOpcode.flush, nsid } };
  const slba = request.offset / blockSize;
  switch (request.op) {
    case 'read':
      return {
        entry: { opcode: IoOpcode.read, nsid, slba, blocks: request.length / blockSize },
        receiveBytes: request.length,
      };
    case 'write': {
      const { data, fua } = request;
      return {
        entry: { opcode: IoOpcode.write, nsid, slba, blocks: data.length / blockSize, fua },
        data,
      };
    }
    case 'write-zeroes':
      return {
        entry: { opcode: IoOpcode.writeZeroes, nsid, slba, blocks: request.length / blockSize },
      };
    case 'trim':
      return {
        entry: {
          opcode: IoOpcode.datasetManagement,
          nsid,
          dwords: { 10: 0, 11: DEALLOCATE },
        },
        data: deallocateRange(slba, request.length / blockSize),
      };
  }
}

/** Dataset Management: attribute Deallocate (CDW11 bit 2). */
const DEALLOCATE = 4;

function deallocateRange(slba: number, blocks: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, blocks, true);
  view.setBigUint64(8, BigInt(slba), true);
  return bytes;
}
