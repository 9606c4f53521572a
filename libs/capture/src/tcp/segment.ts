import type { Side } from './side.js';

/**
 * One TCP segment between a host and a node, as a frame shows it. A caller may use one object for all:
 * nothing here keeps it.
 */
export interface Segment {
  /** Who sent it. */
  from: Side;
  hostPort: number;
  nodePort: number;
  sequence: number;
  acknowledgement: number;
  /** Bits of `tcpFlag`. */
  flags: number;
  /** The payload is `bytes[start, end)`, only lent. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** When the frame was sent or delivered, in ns, and its number in the capture of that vantage point. */
  t: number;
  frame: number;
}
