import type { Picture } from '../picture/picture.js';
import { mostSignals } from '../picture/signals.js';
import { counted, grouped } from '../words.js';
import { html, type Html } from './escape.js';

const legend: readonly [name: string, colour: string, style?: string][] = [
  ['write, sent to answered', 'write'],
  ['read', 'read'],
  ['admin command', 'admin'],
  ['no answer came', 'open', 'hollow'],
  ['answered with an error', 'failed', 'crossed'],
  ['held by the backend', 'held', 'hollow'],
  ['applied to the medium', 'apply'],
  ['stale write', 'stale'],
  ['newer write that it destroyed', 'destroyed'],
  ['fault in force', 'fault', 'hollow'],
  ['fence of the host', 'fence', 'striped'],
];

const signalLegend: readonly [name: string, style: string][] = [
  ['CCR sent', 'diamond'],
  ['CCR success', 'round'],
  ['asynchronous event', 'flag'],
  ['log page 1Eh read', 'square'],
];

const keys: readonly [keys: readonly string[], what: string][] = [
  [['←', '→'], 'move in time'],
  [['+', '−'], 'zoom, about the cursor'],
  [['Home', 'End'], 'begin and end of the recording'],
  [['w', '0'], 'the workload, the whole run'],
  [['Enter', 'Shift Enter'], 'next and previous finding'],
  [['↑', '↓'], 'command of the lane above or below'],
  [[',', '.'], 'command before or after in its lane'],
  [['Esc'], 'all findings, no cursor'],
];

const noStory = 'All findings are shown. Choose one to see it alone.';

/** The picture over time with its tools, its legend, how to use it, and the consoles beside it. */
export function timelineSection(picture: Picture, consoles: Html | null): Html {
  const what = `${counted(picture.lanes.length, 'lane')}: one for each queue of each path and one for each array node at the medium; below them the latencies and the consoles. The tables of this page say in words what it shows.`;
  const findings = picture.stories.length > 0;
  const colours = legend.filter(
    ([, colour]) => findings || (colour !== 'stale' && colour !== 'destroyed'),
  );
  return html`<section id="timeline" class="wide">
    <h2>Timeline, latency and consoles</h2>
    <div class="tools">
      <button type="button" data-view="workload">Workload</button>
      <button type="button" data-view="all">Whole run</button>
      ${
        findings &&
        html`<button type="button" data-view="previous" aria-label="Previous finding">‹</button>
          <button type="button" data-view="next">Next finding</button>`
      }
      <button type="button" data-view="out" aria-label="Zoom out">−</button>
      <button type="button" data-view="in" aria-label="Zoom in">+</button>
      <span class="muted" id="picture-status" role="status"></span>
      <span class="muted" id="cursor-status"></span>
      <span class="space"></span>
      <label class="muted" for="profile">fence under</label>
      <select id="profile">
        ${picture.profiles.map((name) => html`<option value="${name}">${name}</option>`)}
      </select>
    </div>
    ${findings && html`<p id="picture-caption" data-nothing="${noStory}" class="muted">${noStory}</p>`}
    <div class="beside">
      <div>
        <div class="stage">
          <canvas
            id="picture"
            tabindex="0"
            role="application"
            aria-roledescription="timeline"
            aria-label="Timeline with ${what}"
            aria-describedby="picture-help"
          ></canvas>
          <div id="tooltip" hidden></div>
        </div>
        <p id="spoken" class="unseen" role="status"></p>
        <ul class="legend">
          ${colours.map(
            ([name, colour, style]) =>
              html`<li>
                <i class="${style ?? ''}" style="--swatch:var(--${colour})"></i>${name}
              </li>`,
          )}
          ${
            picture.signals.length > 0 &&
            signalLegend.map(
              ([name, style]) =>
                html`<li><i class="sign ${style}" style="--swatch:var(--signal)"></i>${name}</li>`,
            )
          }
        </ul>
      </div>
      ${consoles}
    </div>
    <p class="muted note">
      Drag to move; click to set the cursor, which the consoles follow, as it follows a click on
      their lines. Then the wheel zooms, as Ctrl and the wheel always do. Triangles on the axis are
      steps of the scenario.
      ${
        picture.grouped > 0 &&
        `${grouped(picture.grouped)} ordinary commands and applies are drawn in groups to keep the page small.`
      }
      ${
        picture.signals.length === mostSignals &&
        `Only the first ${grouped(mostSignals)} CCRs and events are marked.`
      }
    </p>
    <dl class="keys" id="picture-help">
      ${keys.map(
        ([names, does]) =>
          html`<div>
            <dt>${names.map((name) => html`<kbd>${name}</kbd>`)}</dt>
            <dd>${does}</dd>
          </div>`,
      )}
    </dl>
    <noscript><p>The picture needs JavaScript; the tables and the consoles do not.</p></noscript>
  </section>`;
}
