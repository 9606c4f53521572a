import type { Picture } from '../picture/picture.js';
import { counted, grouped } from '../words.js';
import { html, type Html } from './escape.js';

const legend: readonly [name: string, colour: string, style?: string][] = [
  ['write, sent to answered', 'write'],
  ['read', 'read'],
  ['admin command', 'admin'],
  ['no answer came', 'open', 'hollow'],
  ['held by the backend', 'held', 'hollow'],
  ['applied to the medium', 'apply'],
  ['stale write', 'stale'],
  ['newer write that it destroyed', 'destroyed'],
  ['fault in force', 'fault', 'hollow'],
  ['fence of the host', 'fence', 'striped'],
];

/** The timeline picture with its tools, its legend and how to use it. */
export function timelineSection(picture: Picture): Html {
  const what = `${counted(picture.lanes.length, 'lane')}: one for each path and one for each array node at the medium. The tables of this page say in words what it shows.`;
  return html`<section id="timeline">
    <h2>Timeline</h2>
    <div class="tools">
      <button type="button" data-view="workload">Workload</button>
      <button type="button" data-view="all">Whole run</button>
      ${picture.stories.length > 0 && html`<button type="button" data-view="next">Next finding</button>`}
      <button type="button" data-view="out" aria-label="Zoom out">−</button>
      <button type="button" data-view="in" aria-label="Zoom in">+</button>
      <span class="muted" id="picture-status" role="status"></span>
      <span class="space"></span>
      <label class="muted" for="profile">fence under</label>
      <select id="profile">
        ${picture.profiles.map((name) => html`<option value="${name}">${name}</option>`)}
      </select>
    </div>
    <div class="stage">
      <canvas
        id="picture"
        tabindex="0"
        role="img"
        aria-label="Timeline picture with ${what}"
        aria-describedby="picture-help"
      ></canvas>
      <div id="tooltip" hidden></div>
    </div>
    <ul class="legend">
      ${legend.map(
        ([name, colour, style]) =>
          html`<li><i class="${style ?? ''}" style="--swatch:var(--${colour})"></i>${name}</li>`,
      )}
    </ul>
    <p class="muted" id="picture-help" style="margin:8px 0 0;font-size:12.5px">
      Drag to move, click and then use the wheel (or Ctrl and the wheel) to zoom, double-click to
      look closer. Keys: arrows, + and −, n and p for the findings, Home for the workload, 0 for the
      whole run, Escape for all findings. Triangles on the axis are steps of the scenario.
      ${
        picture.grouped > 0 &&
        `${grouped(picture.grouped)} ordinary commands and applies are drawn in groups to keep the page small.`
      }
    </p>
    <noscript><p>The picture needs JavaScript; the tables do not.</p></noscript>
  </section>`;
}
