import {
  CNS_CONTROLLER,
  encodeCommandSets,
  encodeIdentify,
  encodeIdentifyNamespace,
  encodeIndependentNamespace,
  encodeNamespaceDescriptors,
  encodeNamespaceList,
  identifyCns,
  IDENTIFY_BYTES,
  Status,
  type NamespaceFields,
} from '@fenceline/nvme';
import { ASYNC_EVENT_LIMIT, EventBit } from './async-events.js';
import type { Command } from './command.js';
import { ERROR_LOG_ENTRIES, type Controller } from './controller.js';

/** VS: NVMe 2.3, which has CCR. */
export const VERSION = 0x0002_0300;

/** MDTS: 2^8 pages of 4 KiB. */
const MDTS = 8;
export const MAX_TRANSFER_BYTES = 4096 << MDTS;

const BROADCAST_NSID = 0xffff_ffff;

/** I/O Command Set Specific data of the NVM Command Set: CNS 05h, 06h and 07h with CSI 0. */
const CSI_NVM = 0;

/** Carries out Identify (NVMe Base Specification 2.3, section 5.1.13). */
export function identify(controller: Controller, command: Command): void {
  const data = identifyData(controller, command);
  if (typeof data === 'number') command.answer(data);
  else command.answerData(data);
}

/** The data asked for, or a status. */
function identifyData(controller: Controller, command: Command): Uint8Array | number {
  const cns = identifyCns(command.sqe, 0);
  if (cns === CNS_CONTROLLER) return encodeController(controller);
  if (controller.subsystem.isDiscovery) return Status.invalidField;
  const { nsid } = command;
  const { namespace } = controller.subsystem.options;
  const isOurs = nsid === namespace.nsid;
  const fields = namespaceFields(controller);
  const ifOurs = (data: () => Uint8Array) =>
    isOurs ? data() : nsid === 0 || nsid > namespace.nsid ? Status.invalidNamespace : zeroes();
  const csi = command.sqe.getUint8(47);
  switch (cns) {
    case 0x00:
      return ifOurs(() => encodeIdentifyNamespace(fields));
    case 0x02:
      return nsid >= BROADCAST_NSID - 1
        ? Status.invalidNamespace
        : activeList(nsid, namespace.nsid);
    case 0x03:
      return ifOurs(() => encodeNamespaceDescriptors(fields));
    case 0x05:
      return csi === CSI_NVM ? ifOurs(zeroes) : Status.invalidField;
    case 0x06:
      return csi === CSI_NVM ? zeroes() : Status.invalidField;
    case 0x07:
      return csi === CSI_NVM ? activeList(nsid, namespace.nsid) : Status.invalidField;
    case 0x08:
      return ifOurs(() => encodeIndependentNamespace(fields));
    case 0x1c:
      return encodeCommandSets();
    default:
      return Status.invalidField;
  }
}

const zeroes = () => new Uint8Array(IDENTIFY_BYTES);

/** Active namespaces above an identifier. */
const activeList = (above: number, nsid: number) => encodeNamespaceList(nsid > above ? [nsid] : []);

function encodeController(controller: Controller): Uint8Array {
  const { serial, nqn, settings, namespace } = controller.subsystem.options;
  const common = {
    serial,
    model: 'Fenceline reference controller',
    firmware: '1',
    cntlid: controller.cntlid,
    version: VERSION,
    mdts: MDTS,
    asyncEventLimit: ASYNC_EVENT_LIMIT,
    errorLogEntries: ERROR_LOG_ENTRIES,
    maxCommands: settings.queueEntries,
    kas: settings.kasUnits,
    tbkas: settings.tbkas,
    // SGLs of any alignment; data blocks by their offset in the capsule; transport data blocks.
    sgls: 1 | (1 << 20) | (1 << 21),
    subsystemNqn: nqn,
    // Log pages can be read from an offset, and those of this controller's commands are there.
    lpa: 0b110,
    iorcsz: 1,
  };
  if (controller.subsystem.isDiscovery) {
    return encodeIdentify({ ...common, type: 2, oaes: EventBit.discoveryChange >>> 0 });
  }
  const hasCcr = settings.ccrl > 0;
  return encodeIdentify({
    ...common,
    type: 1,
    cmic: 0b1011,
    oaes: EventBit.anaChange | (hasCcr ? EventBit.ccrCompleted : 0),
    ...(hasCcr && { ciu: controller.ciu, cirn: controller.cirn, ccrl: settings.ccrl }),
    cqtMs: settings.cqtMs,
    ana: { transitionSeconds: 10, capabilities: 0b0001_1111, groups: namespace.anaGroup ?? 1 },
    entrySizes: { submission: 6, completion: 4 },
    namespaces: namespace.nsid,
    // Compare, Dataset Management, Write Zeroes.
    oncs: 0b0000_1101,
    ofcs: 1,
    ioccsz: 4 + settings.inCapsuleBytes / 16,
  });
}

function namespaceFields(controller: Controller): NamespaceFields {
  const { namespace } = controller.subsystem.options;
  const { medium } = controller.port;
  return {
    blocks: Math.floor(medium.size / medium.blockSize),
    blockSize: medium.blockSize,
    anaGroup: namespace.anaGroup ?? 1,
    uuid: fromHex(namespace.uuid),
    ...(namespace.nguid !== undefined && { nguid: fromHex(namespace.nguid) }),
  };
}

/** Bytes of hexadecimal digits, of which hyphens are left out. */
function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll('-', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}
