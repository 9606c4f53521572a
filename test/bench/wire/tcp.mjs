/** Frames of TCP over IPv4 over Ethernet, without options. */

export const MSS = 1448;
export const FRAME_HEADERS = 14 + 20 + 20;
export const tcpFlag = { syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 };

/**
 * The frame headers of one direction of a connection, in which a frame changes little.
 *
 * @param from, to - IPv4 addresses as four numbers
 */
export function frameHeaders(from, fromPort, to, toPort) {
  const headers = Buffer.alloc(FRAME_HEADERS);
  headers.set([0x52, 0x54, ...to, 0x52, 0x54, ...from, 0x08, 0x00]);
  headers.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, ...from, ...to], 14);
  headers.writeUInt16BE(fromPort, 34);
  headers.writeUInt16BE(toPort, 36);
  headers[46] = 0x50;
  headers.writeUInt16BE(0xffff, 48);
  return headers;
}

/** Writes one segment at `at`; returns the length of its frame. `payload` may be empty. */
export function putFrame(bytes, at, headers, sequence, acknowledgement, flags, payload) {
  const length = FRAME_HEADERS + payload.length;
  headers.copy(bytes, at);
  bytes.writeUInt16BE(length - 14, at + 16);
  bytes.writeUInt32BE(sequence >>> 0, at + 38);
  bytes.writeUInt32BE(acknowledgement >>> 0, at + 42);
  bytes[at + 47] = flags;
  payload.copy(bytes, at + FRAME_HEADERS);
  return length;
}
