export { PcapngEncoder, type InterfaceDescription } from './encoder.js';
export type { PacketDirection } from './format.js';
export {
  PcapngReader,
  type CapturedPacket,
  type CaptureCut,
  type CaptureInterface,
  type CaptureSummary,
} from './reader.js';
export type { TimeUnit } from './time-unit.js';
