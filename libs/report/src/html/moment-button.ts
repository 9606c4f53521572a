import { atMs } from '../words.js';
import { html, type Html } from './escape.js';

/** A moment, in ms since the lab started, that shows itself in the timeline; with the finding that it is of. */
export function momentButton(ms: number, finding?: number): Html {
  const of = finding === undefined ? null : html` data-finding="${finding}"`;
  return html`<button type="button" class="link" data-at="${Math.round(ms * 1000)}" ${of}>
    ${atMs(ms)}
  </button>`;
}
