import type { Window } from './window.js';

/** Between moments and pixels. */
export interface Scale {
  window: Window;
  /** px */
  width: number;
  x(us: number): number;
  us(x: number): number;
}

export function scaleOf(window: Window, width: number): Scale {
  const { from, to } = window;
  const perUs = width / (to - from);
  return {
    window,
    width,
    x: (us) => (us - from) * perUs,
    us: (x) => from + x / perUs,
  };
}
