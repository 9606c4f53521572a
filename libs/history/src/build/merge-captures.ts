import type { WireDecoder } from '../wire/wire-decoder.js';
import type { CaptureCursor } from './capture-cursor.js';

/** A frame of one of several that have the same time. */
interface Simultaneous {
  cursor: CaptureCursor;
  bytes: Uint8Array;
  number: number;
}

/**
 * Feeds the frames of all captures into the decoder in the order of the lab's clock. Of frames with the
 * same time those that were sent go first, so that none is delivered before it was sent.
 */
export async function mergeCaptures(
  cursors: readonly CaptureCursor[],
  decoder: WireDecoder,
): Promise<void> {
  for (const cursor of cursors) await cursor.read();
  const together: Simultaneous[] = [];
  for (;;) {
    const first = earliest(cursors);
    if (first === null) return;
    const { t, bytes, number } = first;
    if (!first.advance()) await first.read();
    if (!anyAt(cursors, t)) {
      const { link, side } = first.input;
      decoder.link(link).frameAt(side, bytes, t, number);
      continue;
    }
    together.push({ cursor: first, bytes, number });
    for (const cursor of cursors) {
      while (!cursor.ended && cursor.t === t) {
        together.push({ cursor, bytes: cursor.bytes, number: cursor.number });
        if (!cursor.advance()) await cursor.read();
      }
    }
    feedSimultaneous(together, decoder, t);
    together.length = 0;
  }
}

function earliest(cursors: readonly CaptureCursor[]): CaptureCursor | null {
  let first: CaptureCursor | null = null;
  for (const cursor of cursors) {
    if (!cursor.ended && (first === null || cursor.t < first.t)) first = cursor;
  }
  return first;
}

function anyAt(cursors: readonly CaptureCursor[], t: number): boolean {
  for (const cursor of cursors) if (!cursor.ended && cursor.t === t) return true;
  return false;
}

function feedSimultaneous(frames: readonly Simultaneous[], decoder: WireDecoder, t: number): void {
  for (const wanted of ['sent', 'delivered'] as const) {
    for (const { cursor, bytes, number } of frames) {
      const { link, side } = cursor.input;
      const links = decoder.link(link);
      const sender = links.senderOf(bytes);
      if (sender === null) continue;
      if ((sender === side ? 'sent' : 'delivered') === wanted)
        links.frameAt(side, bytes, t, number);
    }
  }
}
