import type { Snapshot, TimelineModel } from '../model/timeline-model.js';
import { durationText, timeText } from '../view/time-text.js';

/** Where one is, and how to get elsewhere without a keyboard. */
export function Toolbar({ model, snapshot }: { model: TimelineModel; snapshot: Snapshot }) {
  const { window, profile, waiting, problem } = snapshot;
  const { profiles, fences } = model.header;
  const span = window.to - window.from;
  return (
    <>
      <div className="tl-group" role="group" aria-label="View">
        <button type="button" onClick={() => model.zoom(2)} title="Zoom out (−)">
          −<span className="tl-unseen"> zoom out</span>
        </button>
        <button type="button" onClick={() => model.zoom(0.5)} title="Zoom in (+)">
          +<span className="tl-unseen"> zoom in</span>
        </button>
        <button type="button" onClick={() => model.showWorkload()} title="The workload (w)">
          Workload
        </button>
        <button type="button" onClick={() => model.showAll()} title="The whole run (0)">
          Whole run
        </button>
      </div>
      {fences.length > 0 && (
        <label className="tl-profile">
          fence under{' '}
          <select value={profile} onChange={(event) => model.setProfile(event.target.value)}>
            {profiles.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <p className="tl-where">
        {durationText(span)} from {timeText(window.from, span / 100)}
        {waiting && <span className="tl-waiting"> · loading</span>}
      </p>
      {problem !== null && (
        <p className="tl-problem" role="alert">
          {problem.message}{' '}
          <button type="button" onClick={() => model.retry()}>
            Try again
          </button>
        </p>
      )}
    </>
  );
}
