import type { Margin, ProfileVerdict, RuleStatus, Verdict } from '@fenceline/contracts';
import { atMs, exercisedWords, fenceEndWord, grouped, marginMs } from '../words.js';
import { html, type Html } from './escape.js';

const statusTone: Record<RuleStatus['status'], string> = {
  held: 'pass',
  violated: 'violation',
  inconclusive: 'inconclusive',
  'not-judged': '',
};

/** Every rule with its status and the reason for it. */
export function rulesSection(verdict: Verdict): Html {
  const judged = verdict.rules.filter(({ status }) => status !== 'not-judged');
  const rest = verdict.rules.filter(({ status }) => status === 'not-judged');
  return html`<section id="rules">
    <h2>Rules</h2>
    <div class="scroll">
      <table class="rules">
        <tbody>
          ${judged.map(
            ({ rule, status, reason }) =>
              html`<tr>
                <th scope="row">${rule}</th>
                <td><span class="badge ${statusTone[status]}">${status}</span></td>
                <td>${reason}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      rest.length > 0 &&
      html`<details>
        <summary class="muted">${grouped(rest.length)} not judged</summary>
        <table>
          <tbody>
            ${rest.map(
              ({ rule, reason }) =>
                html`<tr>
                  <th scope="row">${rule}</th>
                  <td>${reason}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </details>`
    }
  </section>`;
}

/** What had to happen for the verdict to mean something. */
export function exercisedSection(verdict: Verdict): Html {
  return html`<section id="exercised">
    <h2>What was exercised</h2>
    <dl class="counts">
      ${exercisedWords.map(
        ({ key, name, meaning }) =>
          html`<div>
            <dt>${name}</dt>
            <dd class="value">${grouped(verdict.exercised[key])}</dd>
            <dd class="muted">${meaning}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** Names of the columns, which each cell carries where the table is narrow. */
const columns = {
  association: 'association',
  giveUp: 'given up, ms',
  fenceEnd: 'host fence end, ms',
  by: 'by',
  host: 'first retry − host fence end',
  target: 'target fence end − last apply',
};

/** The verdict and the margins under each reading of the specification. */
export function profilesSection(verdict: Verdict): Html {
  return html`<section id="margins">
    <h2>Margins under each profile</h2>
    <p class="muted">
      A profile is one reading of the specification where its readings differ; ${verdict.profile}
      decides. A negative margin is a violation.
    </p>
    <div class="scroll">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">profile</th>
            <th scope="col">verdict</th>
            <th scope="col">${columns.association}</th>
            <th scope="col" class="number">${columns.giveUp}</th>
            <th scope="col" class="number">${columns.fenceEnd}</th>
            <th scope="col">${columns.by}</th>
            <th scope="col" class="number">${columns.host}</th>
            <th scope="col" class="number">${columns.target}</th>
          </tr>
        </thead>
        <tbody>
          ${verdict.profiles.map((profile) => profileRows(profile, verdict.profile))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function profileRows(profile: ProfileVerdict, deciding: string): Html {
  const rows = Math.max(1, profile.margins.length);
  const head = html`<th scope="rowgroup" rowspan="${rows}">
      ${profile.name}${profile.name === deciding && html` <span class="badge">decides</span>`}
    </th>
    <td rowspan="${rows}"><span class="badge ${profile.verdict}">${profile.verdict}</span></td>`;
  if (profile.margins.length === 0) {
    return html`<tr>
      ${head}
      <td colspan="6" class="muted">no association was given up</td>
    </tr>`;
  }
  return html`${profile.margins.map((margin, i) => marginRow(margin, i === 0 ? head : null))}`;
}

function marginRow(margin: Margin, head: Html | null): Html {
  const cell = (name: string, ms: number | null) =>
    html`<td data-name="${name}" class="number ${ms !== null && ms < 0 && 'violation tone'}">
      ${marginMs(ms)}
    </td>`;
  return html`<tr>
    ${head}
    <td data-name="${columns.association}">${margin.association}</td>
    <td data-name="${columns.giveUp}" class="number">${atMs(margin.giveUpMs)}</td>
    <td data-name="${columns.fenceEnd}" class="number">${atMs(margin.fenceEndMs)}</td>
    <td data-name="${columns.by}">${fenceEndWord[margin.fenceEndBy]}</td>
    ${cell(columns.host, margin.firstRetryMinusFenceEndMs)}
    ${cell(columns.target, margin.targetFenceEndMinusLastApplyMs)}
  </tr>`;
}
