import './timeline.css';
import { TimelineView } from './timeline-view.js';
import { useModel } from './use-model.js';

export interface TimelineProps {
  /** Address of the artifact's content, which is read by byte range: docs/timeline.md. */
  url: string;
}

/** The timeline of a judged job. */
export function Timeline({ url }: TimelineProps) {
  const opened = useModel(url);
  switch (opened.state) {
    case 'opening':
      return (
        <div className="timeline tl-empty" role="status">
          Opening the timeline…
        </div>
      );
    case 'failed':
      return (
        <div className="timeline tl-empty" role="alert">
          <p>{opened.reason}</p>
          <button type="button" onClick={opened.again}>
            Try again
          </button>
        </div>
      );
    case 'open':
      return <TimelineView key={url} model={opened.model} />;
  }
}
