import type { ByteRange } from '../store/artifact-store.js';

/**
 * The one range of a `Range` header (RFC 9110, 14.1.2).
 *
 * @param size of the whole, bytes
 * @returns undefined where the whole is to be sent: there is no header, it is not one that we know, or it asks for
 *   several ranges; null where there are no such bytes
 */
export function byteRangeOf(
  header: string | undefined,
  size: number,
): ByteRange | undefined | null {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/i.exec(header?.replace(/[ \t]/g, '') ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return undefined;
    const length = Math.min(Number(to), size);
    return length === 0 ? null : { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return undefined;
  return first >= size ? null : { first, last };
}
