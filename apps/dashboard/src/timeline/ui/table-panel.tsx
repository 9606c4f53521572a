import { useMemo } from 'react';
import type { Snapshot, TimelineModel } from '../model/timeline-model.js';
import { itemsIn } from '../read/detail.js';
import { grouped } from '../view/time-text.js';
import { visibleItems } from '../view/visible-items.js';
import { ItemTable } from './item-table.js';
import { LaneTable } from './lane-table.js';

/** What is shown as a table: single commands and applies, or, while they are too many, what began on each lane. */
export function TablePanel({ model, snapshot }: { model: TimelineModel; snapshot: Snapshot }) {
  const { loaded, window, selected } = snapshot;
  const single = loaded.detail.kind === 'items';
  const list = useMemo(
    () => (single ? visibleItems(loaded.items, window) : null),
    [single, loaded.items, window],
  );
  const told = model.header.findings.find(({ finding }) => finding === snapshot.finding);
  const near = told?.places.find(({ role }) => role === 'newer') ?? told?.places[0];
  return (
    <div className="tl-table">
      <h3>
        {list === null
          ? `About ${grouped(Math.round(itemsIn(model.header, window)))} commands and applies, by lane`
          : `${grouped(list.count)} commands and applies in view`}
      </h3>
      {list === null ? (
        <LaneTable header={model.header} loaded={loaded} window={window} />
      ) : (
        <ItemTable model={model} list={list} selected={selected} near={near} />
      )}
    </div>
  );
}
