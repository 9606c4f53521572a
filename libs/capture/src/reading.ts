/** Reading any capture at one place: apart from the rest, which a command that only decodes need not load. */
export { CaptureReader, unpackingTool, type AnyPacket } from './file/capture-reader.js';
export { formatAddress } from './frame/address.js';
export { FrameHeaders, tcpFlag } from './frame/headers.js';
export { linkTypeName } from './frame/link-layer.js';
export { parsePacket } from './frame/parse-frame.js';
export type { CaptureSummary } from './pcapng/reader.js';
export { OrderedStream, type ByteSink } from './tcp/ordered-stream.js';
