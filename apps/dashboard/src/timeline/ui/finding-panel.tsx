import type { TimelineModel } from '../model/timeline-model.js';
import { landingOf } from '../view/landing.js';
import { grouped } from '../view/time-text.js';

/** The finding that is told, in one sentence, and the way to the others. */
export function FindingPanel({ model, finding }: { model: TimelineModel; finding: number | null }) {
  const { findings } = model.header;
  if (findings.length === 0) return null;
  const at = findings.findIndex((one) => one.finding === finding);
  const told = findings[at];
  return (
    <div className="tl-finding">
      <div className="tl-finding-head">
        <p className="tl-sentence" aria-live="polite">
          {told === undefined ? (
            `${grouped(findings.length)} ${findings.length === 1 ? 'finding, which is' : 'findings, which are'} marked.`
          ) : (
            <>
              <span className="tl-rule">{told.rule}</span> {told.sentence}
            </>
          )}
        </p>
        <div className="tl-group" role="group" aria-label="Findings">
          <button type="button" onClick={() => model.tellNext(-1)} title="Previous finding (p)">
            ‹<span className="tl-unseen"> previous finding</span>
          </button>
          <span className="tl-count">
            {told === undefined ? '–' : at + 1} of {grouped(findings.length)}
          </span>
          <button type="button" onClick={() => model.tellNext(1)} title="Next finding (n)">
            ›<span className="tl-unseen"> next finding</span>
          </button>
          {told !== undefined && (
            <>
              {landingOf(told) !== null && (
                <button
                  type="button"
                  onClick={() => model.showLanding()}
                  title="Where it landed (l)"
                >
                  Landing
                </button>
              )}
              <button type="button" onClick={() => model.tell(null)}>
                All
              </button>
            </>
          )}
        </div>
      </div>
    </div>
  );
}
