import type { Finding } from '@fenceline/contracts';
import { mostStories } from '../picture/build-picture.js';
import { atMs, blameWords, byRule, counted, grouped } from '../words.js';
import { html, type Html } from './escape.js';
import { momentButton } from './moment-button.js';

const openAtFirst = 1;

/** The findings in words: per rule the first with its whole witness, the others folded. */
export function findingsSection(findings: readonly Finding[], withPicture: boolean): Html {
  if (findings.length === 0) {
    return html`<section id="findings">
      <h2>Findings</h2>
      <p class="muted">No rule that was judged was broken.</p>
    </section>`;
  }
  const number = new Map(findings.map((finding, i) => [finding, i]));
  return html`<section id="findings" class="findings">
    <h2>Findings</h2>
    ${byRule(findings).map((group) => {
      const first = group.slice(0, openAtFirst);
      const more = group.slice(openAtFirst).filter((f) => (number.get(f) ?? 0) < mostStories);
      const left = group.length - first.length - more.length;
      return html`<div class="finding">
        ${first.map((finding) => findingOf(finding, number.get(finding) ?? 0, withPicture))}
        ${
          group.length > 1 &&
          html`<details>
            <summary>
              ${counted(group.length - 1, `further finding`)} of ${first[0]?.rule ?? ''}
            </summary>
            ${more.map(
              (finding) =>
                html`<div class="finding" style="margin-top:12px">
                  ${findingOf(finding, number.get(finding) ?? 0, withPicture)}
                </div>`,
            )}
            ${
              left > 0 &&
              html`<p class="muted">${grouped(left)} more are in verdict.json beside this page.</p>`
            }
          </details>`
        }
      </div>`;
    })}
  </section>`;
}

function findingOf(finding: Finding, index: number, withPicture: boolean): Html {
  const inPicture = withPicture && index < mostStories;
  return html`<div class="head" id="finding-${index}">
      <h3>${finding.rule}</h3>
      <span class="badge violation">${blameWords(finding)}</span>
      ${
        inPicture &&
        html`<button type="button" data-finding="${index}">Show in the timeline</button>`
      }
    </div>
    <p id="sentence-${index}">${finding.sentence}</p>
    <details ${index === 0 && 'open'}>
      <summary>The witness: ${counted(finding.witness.steps.length, 'step')}</summary>
      <div class="scroll">
        <table class="witness">
          <thead>
            <tr>
              <th scope="col" class="number">ms</th>
              <th scope="col">what</th>
              <th scope="col">where</th>
            </tr>
          </thead>
          <tbody>
            ${finding.witness.steps.map(
              (step) =>
                html`<tr>
                  <td class="number">
                    ${inPicture ? momentButton(step.ms, index) : atMs(step.ms)}
                  </td>
                  <td>${step.what}</td>
                  <td class="mono">${step.at ?? ''}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
}
