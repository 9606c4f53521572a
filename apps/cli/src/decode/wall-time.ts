const nanosecondsOfSecond = 1_000_000_000;
/** The farthest second from 1970 that has a date (ECMA-262, section 21.4.1.1). */
const farthestSecond = 8_640_000_000_000;

let lastSecond = Number.NaN;
let lastText = '';

/**
 * Date and time in UTC with nanoseconds: `2026-09-21T14:13:20.123456789Z`.
 *
 * @param t - nanoseconds since `originSeconds`, a second since 1970
 */
export function formatWallTime(originSeconds: number, t: number): string {
  const seconds = Math.floor(t / nanosecondsOfSecond);
  const second = originSeconds + seconds;
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = dateOf(second);
  }
  return `${lastText}.${nineDigits(t - seconds * nanosecondsOfSecond)}Z`;
}

/** Nanoseconds as seconds with nine decimals. */
export function formatSeconds(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const size = Math.abs(ns);
  const seconds = Math.floor(size / nanosecondsOfSecond);
  return `${sign}${seconds}.${nineDigits(size - seconds * nanosecondsOfSecond)}`;
}

function nineDigits(value: number): string {
  return String(value).padStart(9, '0');
}

/** A capture may state any time; one without a date is written as its seconds. */
function dateOf(second: number): string {
  if (!(Math.abs(second) <= farthestSecond)) return String(second);
  return new Date(second * 1000).toISOString().replace(/\.000Z$/, '');
}
