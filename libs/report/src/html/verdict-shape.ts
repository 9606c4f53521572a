import type { VerdictValue } from '@fenceline/contracts';
import { Html } from './escape.js';

/** A disc with a tick, an octagon with a cross, a diamond with a question mark: told apart without colour. */
const shapes: Record<VerdictValue, string> = {
  pass: '<circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l3.7 3.7 7.3-8"/>',
  violation:
    '<path class="body" d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"/><path d="M8 8l8 8M16 8l-8 8"/>',
  inconclusive:
    '<path class="body" d="M12 .5L23.5 12 12 23.5.5 12z"/><path d="M9 9.6c0-3.8 6-3.8 6 0 0 2.1-3 2.2-3 4.4M12 17.4v.4"/>',
};

/** The verdict as a shape; the word beside it says the same. */
export function verdictShape(verdict: VerdictValue): Html {
  return new Html(
    `<svg class="shape" viewBox="0 0 24 24" aria-hidden="true">${shapes[verdict]}</svg>`,
  );
}
