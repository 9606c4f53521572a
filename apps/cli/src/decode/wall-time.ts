import { encode, type RowBuffer } from './row-buffer.js';

const nanosecondsOfSecond = 1_000_000_000;
/** The farthest second from 1970 that has a date (ECMA-262, section 21.4.1.1). */
const farthestSecond = 8_640_000_000_000;
const zone = encode('Z');

let lastSecond = Number.NaN;
let lastText = encode('');

/**
 * Writes date and time in UTC with nanoseconds: `2026-09-21T14:13:20.123456789Z`. The date of the second is kept
 * for the next row, which has the same.
 *
 * @param t - nanoseconds since `originSeconds`, a second since 1970
 */
export function putWallTime(rows: RowBuffer, originSeconds: number, t: number): void {
  const seconds = Math.floor(t / nanosecondsOfSecond);
  const second = originSeconds + seconds;
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = encode(`${dateOf(second)}.`);
  }
  rows.put(lastText);
  rows.digits(t - seconds * nanosecondsOfSecond, 9);
  rows.put(zone);
}

/** Nanoseconds as seconds with nine decimals. */
export function formatSeconds(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const size = Math.abs(ns);
  const seconds = Math.floor(size / nanosecondsOfSecond);
  const rest = String(size - seconds * nanosecondsOfSecond).padStart(9, '0');
  return `${sign}${seconds}.${rest}`;
}

/** A capture may state any time; one without a date is written as its seconds. */
function dateOf(second: number): string {
  if (!(Math.abs(second) <= farthestSecond)) return String(second);
  return new Date(second * 1000).toISOString().replace(/\.000Z$/, '');
}
