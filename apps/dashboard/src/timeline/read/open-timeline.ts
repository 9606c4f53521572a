import {
  decodeHeader,
  headerLength,
  preambleBytes,
  type TimelineHeader,
} from '@fenceline/report/timeline';
import type { ByteSource } from './byte-source.js';

/** Most headers are within the first request. */
const firstBytes = 64 * 1024;

/** Reads what says where everything else is. @throws Error where the file is no timeline, or is cut */
export async function openTimeline(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<TimelineHeader> {
  const first = await source.read(0, firstBytes, signal);
  const end = preambleBytes + headerLength(first);
  if (end <= first.length) return decodeHeader(first.subarray(preambleBytes, end));
  const rest = await source.read(first.length, end - first.length, signal);
  const bytes = new Uint8Array(first.length + rest.length);
  bytes.set(first);
  bytes.set(rest, first.length);
  if (bytes.length < end) throw new Error('The timeline is cut: its header is not whole.');
  return decodeHeader(bytes.subarray(preambleBytes, end));
}
