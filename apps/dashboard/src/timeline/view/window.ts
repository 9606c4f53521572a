/** The span of time that is shown, µs since the lab started. */
export interface Window {
  from: number;
  to: number;
}

/** Nothing is shorter than what an eye can tell apart at this. */
const leastUs = 2;

/** Within the recording, whatever was asked for. */
export function clamp({ from, to }: Window, end: number): Window {
  const most = Math.max(leastUs, end);
  const span = Math.min(most, Math.max(leastUs, to - from));
  const start = Math.min(Math.max(0, from), most - span);
  return { from: start, to: start + span };
}

/**
 * @param factor below 1 shows less, above 1 more
 * @param at what stays where it is, as a share of the width
 */
export function zoom({ from, to }: Window, factor: number, at: number, end: number): Window {
  const span = to - from;
  const most = Math.max(leastUs, end);
  const wanted = Math.min(most, Math.max(leastUs, span * factor));
  const fixed = from + span * at;
  return clamp({ from: fixed - wanted * at, to: fixed + wanted * (1 - at) }, end);
}

/** @param share of the width; to the right where it is positive */
export function pan({ from, to }: Window, share: number, end: number): Window {
  const by = (to - from) * share;
  return clamp({ from: from + by, to: to + by }, end);
}

/** A span with some room on both sides. */
export function fit(span: { start: number; end: number }, end: number): Window {
  const room = Math.max(1_000, (span.end - span.start) * 0.12);
  return clamp({ from: span.start - room, to: span.end + room }, end);
}

/** The same window with a moment in it: moved, where it is outside. */
export function reveal(window: Window, us: number, end: number): Window {
  if (us >= window.from && us <= window.to) return window;
  const half = (window.to - window.from) / 2;
  return clamp({ from: us - half, to: us + half }, end);
}
