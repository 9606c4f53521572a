import type { TimelineModel } from '../model/timeline-model.js';
import { storyPoints } from '../view/story-points.js';
import { exactMs, grouped } from '../view/time-text.js';

/** The finding that is told: its sentence, and the steps of its witness, which have their numbers in the picture. */
export function FindingPanel({ model, finding }: { model: TimelineModel; finding: number | null }) {
  const { findings } = model.header;
  if (findings.length === 0) return null;
  const at = findings.findIndex((one) => one.finding === finding);
  const told = findings[at];
  const tones = new Map(
    told === undefined ? [] : storyPoints(told).map(({ number, tone }) => [number, tone]),
  );
  return (
    <div className="tl-finding">
      <div className="tl-finding-head">
        <p className="tl-sentence" aria-live="polite">
          {told === undefined ? (
            `${grouped(findings.length)} findings; all of them are marked.`
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
            <button type="button" onClick={() => model.tell(null)}>
              All
            </button>
          )}
        </div>
      </div>
      {told !== undefined && (
        <ol className="tl-steps">
          {told.steps.map(({ t, what }, i) => (
            <li key={i}>
              <button type="button" onClick={() => model.setCursor(t)}>
                <span className="tl-badge" data-tone={tones.get(i + 1) ?? 'none'}>
                  {i + 1}
                </span>
                <span className="tl-when" title={exactMs(t)}>
                  {grouped((t / 1000).toFixed(3))} ms
                </span>
                <span>{what}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
