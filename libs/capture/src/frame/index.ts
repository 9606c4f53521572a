export { formatAddress } from './address.js';
export { FrameHeaders, tcpFlag, type NetworkLayer, type TransportLayer } from './headers.js';
export { parseFrame } from './parse-frame.js';
