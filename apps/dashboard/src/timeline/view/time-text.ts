/**
 * A moment for the axis, as exact as its step: seconds where that is a tenth of one or more, else milliseconds.
 *
 * @param us since the lab started
 * @param step µs between two moments that must not look the same
 */
export function timeText(us: number, step: number): string {
  if (step >= 100_000) return `${grouped((us / 1e6).toFixed(step >= 1e6 ? 0 : 1))} s`;
  const decimals = Math.min(6, Math.max(0, Math.ceil(3 - Math.log10(step) - 1e-9)));
  return `${grouped((us / 1000).toFixed(decimals))} ms`;
}

/** A moment to the nanosecond, in ms. */
export function exactMs(us: number): string {
  const ns = Math.round(us * 1000);
  const whole = Math.floor(ns / 1e6);
  const rest = String(ns % 1e6).padStart(6, '0');
  return `${grouped(String(whole))}.${rest.slice(0, 3)} ${rest.slice(3)} ms`;
}

/** How long something took, in the unit in which it is a small number. */
export function durationText(us: number): string {
  if (us >= 1e6) return `${grouped((us / 1e6).toFixed(3))} s`;
  if (us >= 1e3) return `${(us / 1e3).toFixed(3)} ms`;
  return `${us.toFixed(3)} µs`;
}

/** 1234567.5 → 1,234,567.5 */
export function grouped(number: string | number): string {
  const [whole = '', decimals] = String(number).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? groups : `${groups}.${decimals}`;
}
