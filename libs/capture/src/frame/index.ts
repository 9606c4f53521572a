export { formatAddress } from './address.js';
export { FrameHeaders, tcpFlag, type NetworkLayer, type TransportLayer } from './headers.js';
export { linkTypeName } from './link-layer.js';
export { parseFrame, parsePacket } from './parse-frame.js';
