import type { Picture } from '../picture/picture.js';
import type { Bar } from './decode-items.js';
import type { msText } from './ms-text.js';

/** What a tooltip says of a bar: a title, then names with values. Runs in the browser. */
export function describeBar(
  bar: Bar,
  picture: Picture,
  tools: { msText: typeof msText },
): { title: string; rows: [string, string][] } {
  const ms = tools.msText;
  const { group = '', name: queue = '' } = picture.lanes[bar.lane] ?? {};
  const lane = `${group}, ${queue}`;
  const rows: [string, string][] = [];
  if (bar.count > 1) {
    rows.push(['from', ms(bar.start)], ['to', ms(bar.end)]);
    if (bar.longest >= 0) rows.push(['took', `${ms(bar.shortest)} to ${ms(bar.longest)}`]);
    const what = {
      write: 'writes',
      read: 'reads',
      other: 'commands',
      admin: 'admin commands',
      apply: 'applies',
    };
    return { title: `${bar.count} ${what[bar.kind]} · ${lane}`, rows };
  }
  const blocks = bar.blocks > 1 ? `${bar.slba} to ${bar.slba + bar.blocks - 1}` : `${bar.slba}`;
  if (bar.blocks > 0) rows.push(['LBA', blocks]);
  if (bar.payload >= 0 && bar.blocks > 0) rows.push(['value', `#${bar.payload}`]);
  if (bar.kind === 'apply') {
    rows.push(['received', ms(bar.start)]);
    rows.push(['applied', bar.open ? (bar.failed ? 'failed' : 'never') : ms(bar.end)]);
    rows.push([bar.held ? 'held for' : 'took', ms(bar.end - bar.start)]);
    rows.push(['journal', `request ${bar.request}`]);
    const marks = {
      stale: 'Stale write landed',
      destroyed: 'Newer write, then overwritten',
      cited: 'Apply',
      none: 'Apply',
    };
    return { title: `${marks[bar.mark]} · ${lane}`, rows };
  }
  rows.push(['sent', ms(bar.start)]);
  rows.push(['complete at target', bar.complete < 0 ? 'never' : ms(bar.start + bar.complete)]);
  const unanswered = bar.status < 0 ? 'never' : 'never: the answer was lost';
  rows.push(['answered', bar.open || bar.status < 0 ? unanswered : ms(bar.end)]);
  if (!bar.open && bar.status >= 0) {
    rows.push(['took', ms(bar.end - bar.start)]);
    rows.push([
      'status',
      bar.status === 0 ? 'success' : `0x${bar.status.toString(16).padStart(3, '0')}`,
    ]);
  }
  rows.push(['CID', `0x${bar.cid.toString(16).padStart(4, '0')}`], ['queue', `${bar.qid}`]);
  if (bar.fua) rows.push(['FUA', 'yes']);
  rows.push(['frame', `${bar.frame}`]);
  const name = picture.names[`${bar.qid === 0 ? 'a' : 'i'}${bar.opcode}`] ?? bar.kind;
  return { title: `${name} · ${lane}`, rows };
}
