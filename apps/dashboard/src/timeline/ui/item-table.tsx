import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { ItemPlace, TimelineItem } from '@fenceline/report/timeline';
import type { TimelineModel } from '../model/timeline-model.js';
import { blocksText, hex, outcomeOf, titleOf } from '../view/describe-item.js';
import { isApply } from '../view/is-apply.js';
import { durationText, exactMs, grouped } from '../view/time-text.js';
import { positionOf, type VisibleItems } from '../view/visible-items.js';

interface Props {
  model: TimelineModel;
  list: VisibleItems;
  selected: TimelineItem | null;
  /** What is scrolled to while nothing is selected. */
  near: ItemPlace | undefined;
}

const rowHeight = 28;
const shownRows = 12;
/** Rows beyond both edges, so that quick scrolling shows no gap. */
const spare = 6;

/** Commands and applies in the order of their starts. Only the rows in sight are in the page, however many there are. */
export function ItemTable({ model, list, selected, near }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const [top, setTop] = useState(0);
  const at = selected === null ? -1 : positionOf(list, isApply(selected), selected.id);
  useEffect(() => {
    const element = box.current;
    const row = at < 0 && near !== undefined ? positionOf(list, near.apply, near.id) : at;
    if (element === null || row < 0) return;
    // The head lies over the first row.
    const [upper, lower] = [row * rowHeight, (row + 2) * rowHeight];
    if (upper < element.scrollTop) element.scrollTop = upper;
    else if (lower > element.scrollTop + element.clientHeight) {
      element.scrollTop = lower - element.clientHeight;
    }
  }, [at, near, list]);
  const itemAt = (row: number): TimelineItem =>
    list.tiles[list.tileOf[row]!]!.item(list.rowOf[row]!);
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  const last = Math.min(list.count, first + shownRows + 2 * spare);
  const onKey = (event: KeyboardEvent): void => {
    const by = steps[event.key];
    if (by === undefined || list.count === 0) return;
    event.preventDefault();
    const start = at < 0 ? Math.floor(top / rowHeight) - Math.sign(by) : at;
    model.select(itemAt(Math.min(list.count - 1, Math.max(0, start + by))));
  };
  return (
    <div
      ref={box}
      className="tl-grid"
      role="grid"
      aria-label="Commands and applies in view"
      aria-rowcount={list.count + 1}
      aria-activedescendant={at >= first && at < last ? `${id}-${at}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      style={{ maxHeight: rowHeight * (shownRows + 1) }}
    >
      <div role="row" aria-rowindex={1} className="tl-row tl-row-head">
        {columns.map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div role="presentation" style={{ height: list.count * rowHeight, position: 'relative' }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, i) => {
          const row = first + i;
          const item = itemAt(row);
          return (
            <Row
              key={row}
              id={`${id}-${row}`}
              row={row}
              item={item}
              model={model}
              chosen={row === at}
            />
          );
        })}
      </div>
      {list.count === 0 && <p className="tl-muted">Nothing was under way in this span.</p>}
    </div>
  );
}

const columns = ['sent, received', 'took', 'what', 'LBA', 'CID', 'outcome', 'lane'] as const;

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: shownRows,
  PageUp: -shownRows,
  Home: -1e9,
  End: 1e9,
};

interface RowProps {
  id: string;
  row: number;
  item: TimelineItem;
  model: TimelineModel;
  chosen: boolean;
}

function Row({ id, row, item, model, chosen }: RowProps) {
  const { group = '', name = '' } = model.header.lanes[item.lane] ?? {};
  const cells = [
    `${grouped((item.start / 1000).toFixed(3))} ms`,
    durationText(item.end - item.start),
    titleOf(item, model.header),
    blocksText(item),
    isApply(item) ? '' : hex(item.cid, 4),
    outcomeOf(item),
    `${group}, ${name}`,
  ];
  return (
    // The grid has the keys: a row is chosen by the arrows.
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={row + 2}
      aria-selected={chosen}
      className="tl-row"
      data-mark={item.mark}
      style={{ top: row * rowHeight, height: rowHeight }}
      onMouseDown={() => model.select(item)}
    >
      {cells.map((cell, i) => (
        <span key={i} role="gridcell" title={i === 0 ? exactMs(item.start) : cell}>
          {cell}
        </span>
      ))}
    </div>
  );
}
