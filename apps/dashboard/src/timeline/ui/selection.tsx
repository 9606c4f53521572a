import type { TimelineItem } from '@fenceline/report/timeline';
import type { TimelineModel } from '../model/timeline-model.js';
import { describeItem, sayItem } from '../view/describe-item.js';

/** The command or apply that is selected, with all that is known of it. */
export function Selection({
  model,
  selected,
}: {
  model: TimelineModel;
  selected: TimelineItem | null;
}) {
  const description = selected && describeItem(selected, model.header);
  return (
    <>
      <p className="tl-unseen" role="status">
        {selected === null ? '' : sayItem(selected, model.header)}
      </p>
      {description !== null && (
        <div className="tl-selection">
          <strong>{description.title}</strong>
          <dl>
            {description.rows.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <button type="button" onClick={() => model.select(null)}>
            Close<span className="tl-unseen"> the selection</span>
          </button>
        </div>
      )}
    </>
  );
}
