export { PcapngEncoder, type InterfaceDescription } from './encoder.js';
export type { PacketDirection } from './format.js';
export {
  PcapngReader,
  type CapturedPacket,
  type CaptureCut,
  type CaptureInterface,
  type CaptureSummary,
  type PcapngReaderOptions,
  type TimeReader,
} from './reader.js';
export type { TimeUnit } from './time-unit.js';
