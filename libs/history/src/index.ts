export * from './model.js';
export { buildHistory, type Recording } from './build/build-history.js';
export type { CaptureInput } from './build/capture-cursor.js';
export type { ConsoleInput } from './build/consoles.js';
export { changesMedium, forEachBlock, RetryDetector } from './build/retry-detector.js';
export { topologyOf, type Topology, type TopologyLink } from './topology.js';
export { WireDecoder, type CaptureFiles } from './wire/wire-decoder.js';
export type { WireListener } from './wire/wire-listener.js';
export { WireTap, type WireTapListener } from './wire-tap.js';
