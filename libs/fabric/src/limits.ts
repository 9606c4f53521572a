/** Length prefix of each frame on a `-netdev stream` socket: big-endian. */
export const prefixBytes = 4;

/** Longest frame that is believed: QEMU's own limit (NET_BUFSIZE), 64 KiB and room for headers. */
export const longestFrame = 68 * 1024;

/**
 * Most bytes that are written to a receiver at once.
 *
 * Linux takes 32 KiB and most of a page on a Unix stream socket as one piece, entirely or not at all. So a write
 * that did not complete at once has delivered nothing yet, and every frame's moment of delivery is known.
 */
export const unitBytes = 35 * 1024;

/** Bytes of a direction that may wait for a slow or held receiver before its sender is not read. */
export const defaultHighWater = 1024 * 1024;

/** Bytes of a capture that may wait for its file before the senders are not read. */
export const captureBacklogBytes = 12 * 1024 * 1024;

/** A capture's bytes are written to its file at the latest this long after they came... */
export const captureFlushMs = 100;
/** ...or as soon as there are so many: making a file longer costs the filesystem more than the bytes do. */
export const captureFlushBytes = 4 * 1024 * 1024;

/** Memory into which the stream of one end is read; more than Linux keeps in a Unix socket by default. */
export const receiveBytes = 256 * 1024;

/** With more frames in each ms the pacer rests after each turn of the event loop... */
export const busyFramesPerMs = 8;
/** ...for so long: at 60 MB/s half of the full frames come in that Linux keeps in a Unix socket by default. */
export const restMs = 1;
