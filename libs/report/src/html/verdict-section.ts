import { NS_PER_S, type Manifest } from '@fenceline/contracts';
import type { ReportInput } from '../input.js';
import { duration, expectationWord, grouped, verdictSentence, verdictWord } from '../words.js';
import { html, type Html } from './escape.js';
import { verdictShape } from './verdict-shape.js';

/** The top of the page: the verdict as one word and one sentence, and what it is about. */
export function verdictSection({ verdict, history, manifest, plan }: ReportInput): Html {
  const sentence = verdictSentence(verdict.verdict, verdict.findings, verdict.inconclusive);
  const more = verdict.inconclusive.slice(verdict.verdict === 'inconclusive' ? 1 : 0);
  const writes = history?.commands.filter((command) => command.op === 'write').length;
  return html`<section id="verdict" class="verdict wide ${verdict.verdict}">
    <div class="kicker">
      <h1>
        <span class="tone">${verdictShape(verdict.verdict)} ${verdictWord[verdict.verdict]}</span>
        ${verdict.scenario}
      </h1>
      <span class="badge ${verdict.asExpected ? 'pass' : 'violation'}"
        >${expectationWord(verdict.asExpected)}</span
      >
    </div>
    <p>${sentence}</p>
    ${
      more.length > 0 &&
      html`<details open>
        <summary>${grouped(more.length)} more that keep this run from being a pass</summary>
        <ul>
          ${more.slice(0, 50).map(({ reason }) => html`<li>${reason}</li>`)}
        </ul>
      </details>`
    }
    <ul class="facts">
      <li>seed <b>${verdict.seed}</b></li>
      <li>profile <b>${verdict.profile}</b></li>
      <li>${recorded(manifest)}</li>
      ${
        history &&
        html`<li><b>${duration((history.end / NS_PER_S) * 1000)}</b> of lab</li>
          <li><b>${grouped(writes ?? 0)}</b> writes sent</li>
          <li><b>${grouped(history.applies.length)}</b> received by the medium</li>`
      }
      <li>
        longest wait of the application
        <b>${verdict.longestStallMs === null ? 'none' : duration(verdict.longestStallMs)}</b>
      </li>
    </ul>
    ${
      plan.scenario.description !== '' &&
      html`<div class="muted" style="margin-top:8px">${plan.scenario.description}</div>`
    }
  </section>`;
}

/** When the recording was made. A simulated lab has a time of its own and no date. */
function recorded({ driver, startedAt }: Manifest): Html {
  return driver === 'simulated'
    ? html`<b>simulated</b>`
    : html`recorded <b>${startedAt.slice(0, 19).replace('T', ' ')}</b>`;
}
