import { CaptureReader, FrameHeaders, parseFrame } from '@fenceline/capture';

/** A TCP segment of a capture. */
export interface CapturedSegment {
  t: number;
  flags: number;
  /** Bytes of its payload. */
  length: number;
}

/** The TCP segments of a pcapng file that comes in pieces, in their order. */
export function decodePackets(pieces: readonly Uint8Array[]): CapturedSegment[] {
  const segments: CapturedSegment[] = [];
  const headers = new FrameHeaders();
  const reader = new CaptureReader(({ t, source, start, end }) => {
    parseFrame(source.subarray(start, end), headers);
    if (headers.problem !== null) throw new Error(headers.problem);
    const length = headers.networkEnd - headers.payloadOffset;
    segments.push({ t, flags: headers.flags, length });
  });
  for (const piece of pieces) reader.push(piece);
  return segments;
}
