import { damageOf } from '../damage.js';
import type { ReportInput } from '../input.js';
import { pageScript } from '../page/page-script.js';
import { buildPicture } from '../picture/build-picture.js';
import { citedBy, staleWrites } from '../story.js';
import { byGravity, verdictWord } from '../words.js';
import { configurationSection } from './configuration-section.js';
import { consolesSection } from './consoles-section.js';
import { damageSection } from './damage-section.js';
import { escapeJson, Html, html } from './escape.js';
import { findingsSection } from './findings-section.js';
import { happeningsSection } from './happenings.js';
import { exercisedSection, profilesSection, rulesSection } from './judgement-sections.js';
import { pageNav } from './page-nav.js';
import { styleSheet } from './style.js';
import { timelineSection } from './timeline-section.js';
import { verdictSection } from './verdict-section.js';

/** Nothing is loaded and nothing is sent: what the page needs is in it. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The report as one page that stands by itself. Without a history it has all but what was recorded. */
export function htmlReport(given: ReportInput): string {
  const verdict = { ...given.verdict, findings: byGravity(given.verdict.findings) };
  const input = { ...given, verdict };
  const { history, plan } = input;
  const picture = history && buildPicture(verdict, history, plan);
  const damage = history
    ? damageOf(staleWrites(verdict, history, citedBy(verdict.findings, history)), history)
    : [];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="referrer" content="no-referrer" />
        <title>${verdictWord[verdict.verdict]}: ${verdict.scenario}, seed ${verdict.seed}</title>
        <style>
          ${new Html(styleSheet)}
        </style>
      </head>
      <body>
        <main>
          ${verdictSection(input)} ${pageNav(picture !== null, damage.length > 0)}
          ${findingsSection(verdict.findings, picture !== null)}
          ${picture && timelineSection(picture, consolesSection(input.history?.consoles ?? []))}
          <div class="columns">
            ${profilesSection(verdict)} ${history && damageSection(damage, history)}
            ${exercisedSection(verdict)} ${rulesSection(verdict)}
            ${history && happeningsSection(verdict, history)} ${configurationSection(input)}
          </div>
          <footer>
            Fenceline ${input.manifest.fencelineVersion} · evidence ${verdict.evidence}
          </footer>
        </main>
        ${
          picture &&
          html`<script type="application/json" id="picture-data">
              ${new Html(escapeJson(picture))}
            </script>
            <script>
              ${new Html(pageScript())};
            </script>`
        }
      </body>
    </html> `;
  return page.markup;
}
