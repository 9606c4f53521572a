import { timeText } from './time-text.js';
import type { Window } from './window.js';

/** A mark on the time axis. */
export interface Tick {
  t: number;
  label: string;
}

/** Round moments of a window, at most about one for every `spacing` pixels of `width`. */
export function ticks({ from, to }: Window, width: number, spacing: number): Tick[] {
  const wanted = Math.max(0.001, (to - from) / Math.max(1, width / spacing));
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted * 0.999)!;
  const found: Tick[] = [];
  // Counted, not added up: a sum of many steps would drift from the round moments.
  const last = Math.floor(to / step);
  for (let n = Math.ceil(from / step); n <= last; n++) {
    found.push({ t: n * step, label: timeText(n * step, step) });
  }
  return found;
}
