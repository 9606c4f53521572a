import type { TimelineHeader } from '@fenceline/report/timeline';
import type { Loaded } from '../read/tile-set.js';
import { laneTotals } from '../view/lane-totals.js';
import { durationText, grouped } from '../view/time-text.js';
import type { Window } from '../view/window.js';

interface Props {
  header: TimelineHeader;
  loaded: Loaded;
  window: Window;
}

/** What began on each lane in the window, while there is too much for a list. */
export function LaneTable({ header, loaded, window }: Props) {
  const totals = laneTotals(loaded.bins, header.lanes.length, window);
  return (
    <div className="tl-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">lane</th>
            <th scope="col">began</th>
            <th scope="col">with an error</th>
            <th scope="col">without an end</th>
            <th scope="col">longest</th>
          </tr>
        </thead>
        <tbody>
          {header.lanes.map(({ group, name }, i) => {
            const { count, failed, open, longest } = totals[i]!;
            return (
              <tr key={i}>
                <th scope="row">
                  {group}, {name}
                </th>
                <td>{grouped(count)}</td>
                <td>{grouped(failed)}</td>
                <td>{grouped(open)}</td>
                <td>{longest === null ? '–' : durationText(longest)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="tl-muted">Zoom in to list them one by one.</p>
    </div>
  );
}
