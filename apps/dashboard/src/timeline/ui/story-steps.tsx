import type { TimelineModel } from '../model/timeline-model.js';
import { storyPoints } from '../view/story-points.js';
import { exactMs, grouped } from '../view/time-text.js';

/** The steps of the witness of the finding that is told. Those that are an item's have their numbers in the picture. */
export function StorySteps({ model, finding }: { model: TimelineModel; finding: number | null }) {
  const told = model.header.findings.find((one) => one.finding === finding);
  if (told === undefined || told.steps.length === 0) return null;
  const tones = new Map(storyPoints(told).map(({ number, tone }) => [number, tone]));
  return (
    <ol className="tl-steps" aria-label="What happened">
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
  );
}
