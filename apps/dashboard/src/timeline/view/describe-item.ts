import {
  itemFlags,
  itemKinds,
  itemMarks,
  type TimelineHeader,
  type TimelineItem,
} from '@fenceline/report/timeline';
import { durationText, exactMs, grouped } from './time-text.js';

/** What is said of something in the picture: a title, then names with values. */
export interface Description {
  title: string;
  rows: [name: string, value: string][];
}

const markTitles = {
  command: {
    none: '',
    cited: '',
    stale: 'stale write: ',
    destroyed: 'newer write, then destroyed: ',
  },
  apply: {
    none: 'Apply',
    cited: 'Apply',
    stale: 'Stale write landed',
    destroyed: 'Newer write, then destroyed',
  },
} as const;

/** Everything that is known of a command or an apply, times to the nanosecond. */
export function describeItem(item: TimelineItem, header: TimelineHeader): Description {
  const { lane } = item;
  const { group = '', name = '' } = header.lanes[lane] ?? {};
  const place: [string, string] = ['where', `${group}, ${name}`];
  const rows = itemKinds[item.kind] === 'apply' ? applyRows(item) : commandRows(item);
  return { title: titleOf(item, header), rows: [...blockRows(item), ...rows, place] };
}

/** The same as one sentence, for whoever hears it. */
export function sayItem(item: TimelineItem, header: TimelineHeader): string {
  const { title, rows } = describeItem(item, header);
  return `${title}. ${rows.map(([name, value]) => `${name} ${value}`).join(', ')}.`;
}

export function titleOf(item: TimelineItem, header: TimelineHeader): string {
  const mark = itemMarks[item.mark] ?? 'none';
  if (itemKinds[item.kind] === 'apply') return markTitles.apply[mark];
  const text = `${markTitles.command[mark]}${commandName(item, header)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function commandName({ kind, opcode }: TimelineItem, header: TimelineHeader): string {
  const known = header.names[`${itemKinds[kind] === 'admin' ? 'a' : 'i'}${opcode}`];
  return known ?? `opcode ${hex(opcode, 2)}`;
}

export function blocksText({ lba, blocks }: Pick<TimelineItem, 'lba' | 'blocks'>): string {
  if (blocks === 0) return '';
  return blocks === 1 ? `${lba}` : `${lba} to ${lba + blocks - 1}`;
}

/** What became of it, in a word or two. */
export function outcomeOf({ kind, flags, status }: TimelineItem): string {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (itemKinds[kind] === 'apply') {
    if (has(itemFlags.failed)) return 'failed';
    if (has(itemFlags.open)) return 'never applied';
    return has(itemFlags.held) ? 'held, then applied' : 'applied';
  }
  if (has(itemFlags.waits) && status === null) return 'waits';
  if (has(itemFlags.open)) return 'no answer';
  return status === null || status === 0 ? 'success' : `status ${hex(status, 3)}`;
}

/** As the sentences of findings write it. */
export const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).padStart(digits, '0')}`;

function blockRows(item: TimelineItem): [string, string][] {
  return item.blocks > 0 ? [['LBA', blocksText(item)]] : [];
}

function commandRows(item: TimelineItem): [string, string][] {
  const { start, end, complete, flags, status, cid, frame } = item;
  const open =
    (flags & itemFlags.open) !== 0 || ((flags & itemFlags.waits) !== 0 && status === null);
  const rows: [string, string][] = [['sent', exactMs(start)]];
  rows.push(['complete at target', complete === null ? 'never' : usText(complete)]);
  rows.push(['answered', open ? 'never' : exactMs(end)]);
  if (!open) rows.push(['took', durationText(end - start)]);
  if (status !== null) rows.push(['status', status === 0 ? 'success' : hex(status, 3)]);
  rows.push(['CID', `${cid} (${hex(cid, 4)})`]);
  if ((flags & itemFlags.fua) !== 0) rows.push(['FUA', 'yes']);
  rows.push(['frame', `${frame}`]);
  return rows;
}

function applyRows({ start, end, flags, frame }: TimelineItem): [string, string][] {
  const open = (flags & itemFlags.open) !== 0;
  const failed = (flags & itemFlags.failed) !== 0;
  return [
    ['received', exactMs(start)],
    ['applied', open ? (failed ? 'failed' : 'never') : exactMs(end)],
    [(flags & itemFlags.held) !== 0 ? 'held for' : 'took', durationText(end - start)],
    ['journal', `request ${frame}`],
  ];
}

/** A moment that is known to the microsecond only. */
const usText = (us: number): string => `${grouped((us / 1000).toFixed(3))} ms`;
