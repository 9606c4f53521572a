import type { TimelineHeader } from '@fenceline/report/timeline';
import { describeBin } from './describe-bin.js';
import { describeItem, type Description } from './describe-item.js';
import type { Hit } from './hit-test.js';
import { exactMs } from './time-text.js';

/** What is said of whatever is pointed at. */
export function describeHit(hit: Hit, header: TimelineHeader): Description {
  switch (hit.kind) {
    case 'item':
      return describeItem(hit.tile.item(hit.row), header);
    case 'bin':
      return describeBin(hit.tile, hit.row, header);
    case 'signal': {
      const lane = header.lanes[hit.signal.lane];
      return { title: `${hit.signal.title} · ${lane?.group ?? ''}`, rows: hit.signal.rows };
    }
    case 'moment':
      return { title: hit.label, rows: [['at', exactMs(hit.t)]] };
    case 'line': {
      const { vm, t, text } = hit.line;
      const more: [string, string][] = hit.count > 1 ? [['', `and ${hit.count - 1} more`]] : [];
      return { title: `Console of ${vm}`, rows: [['at', exactMs(t)], ['', text], ...more] };
    }
  }
}
