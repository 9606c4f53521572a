import { itemMarks, noEnd, type TimelineHeader } from '@fenceline/report/timeline';
import type { BinTile } from '../read/bin-tile.js';
import type { Description } from './describe-item.js';
import { durationText, exactMs, grouped } from './time-text.js';

/** What began on a lane in one bin. */
export function describeBin(tile: BinTile, row: number, header: TimelineHeader): Description {
  const { columns, binUs } = tile;
  const lane = header.lanes[columns.lane[row]!];
  const what = lane?.kind === 'node' ? 'applies' : 'commands';
  const count = columns.count[row]!;
  const rows: Description['rows'] = [
    ['from', exactMs(tile.start(row))],
    ['in', durationText(binUs)],
  ];
  const add = (name: string, value: number | undefined): void => {
    if (value !== undefined && value > 0) rows.push([name, grouped(value)]);
  };
  add('answered with an error', columns.failed[row]);
  add(lane?.kind === 'node' ? 'never applied' : 'no answer', columns.open[row]);
  const [shortest, longest] = [columns.shortest[row]!, columns.longest[row]!];
  if (longest !== noEnd)
    rows.push(['took', `${durationText(shortest)} to ${durationText(longest)}`]);
  const mark = itemMarks[columns.mark[row]!];
  if (mark !== undefined && mark !== 'none') rows.push(['among them', markNames[mark]]);
  return { title: `${grouped(count)} ${what} · ${lane?.group ?? ''}, ${lane?.name ?? ''}`, rows };
}

const markNames = {
  cited: 'what a finding speaks of',
  stale: 'a stale write',
  destroyed: 'a write that was destroyed',
} as const;
