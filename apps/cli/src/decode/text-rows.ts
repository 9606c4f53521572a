import { none, type CommandEnd, type DecodedCommand } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import type { Style } from '../terminal/style.js';
import { encode } from './row-buffer.js';
import type { RowFormat } from './row-format.js';
import { formatSeconds } from './wall-time.js';

const microsecond = 1000;
const millisecond = 1_000_000;

/** A column of the table: rows are not known beforehand, so each has a width that nearly all values fit. */
interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

const columns: readonly Column[] = [
  { title: 'frame', width: 7, align: 'right' },
  { title: 'seconds', width: 14, align: 'right' },
  { title: 'assoc', width: 5, align: 'right' },
  { title: 'queue', width: 5, align: 'right' },
  { title: 'cid', width: 5, align: 'right' },
  { title: 'opcode', width: 16, align: 'left' },
  { title: 'nsid', width: 4, align: 'right' },
  { title: 'slba', width: 10, align: 'right' },
  { title: 'nlb', width: 5, align: 'right' },
  { title: 'bytes', width: 7, align: 'right' },
  { title: 'ms', width: 9, align: 'right' },
  { title: 'status', width: 21, align: 'left' },
  { title: 'path', width: 37, align: 'left' },
  { title: 'detail', width: 0, align: 'left' },
];

const withoutAnswer: Readonly<Record<Exclude<CommandEnd, 'answered'>, string>> = {
  closed: 'no answer: closed',
  reused: 'no answer: CID reused',
  'capture-ended': 'no answer so far',
  forgotten: 'not followed',
};

/** An aligned table. The style colours statuses; it is the plain one where the output is no terminal. */
export function textRows(style: Style): RowFormat {
  return {
    head: `${style('bold', line(columns.map(({ title }) => title)))}\n`,
    row(rows, command, { firstAt }) {
      const text = line([
        String(command.sentFrame),
        formatSeconds(command.sentAt - firstAt),
        known(command.association, '?'),
        known(command.qid, '?'),
        known(command.cid),
        command.name,
        command.nsid === 0xffff_ffff ? 'all' : known(command.nsid),
        known(command.slba),
        known(command.blocks),
        command.bytes === 0 ? '' : String(command.bytes),
        latency(command),
        status(command),
        command.path,
        command.detail,
      ]);
      if (command.status === 0) rows.put(encode(`${text}\n`));
      else rows.put(encode(`${style(command.status === none ? 'yellow' : 'red', text)}\n`));
    },
  };
}

function line(cells: readonly string[]): string {
  let text = '';
  columns.forEach(({ width, align }, index) => {
    const cell = cells[index] ?? '';
    const padded = align === 'left' ? cell.padEnd(width) : cell.padStart(width);
    text += index === 0 ? padded : `  ${padded}`;
  });
  return text.trimEnd();
}

function known(value: number, otherwise = ''): string {
  return value === none ? otherwise : String(value);
}

function status({ status, end, cid }: DecodedCommand): string {
  if (status === 0) return 'ok';
  if (status !== none) return statusName(status);
  return cid === none || end === 'answered' ? '' : withoutAnswer[end];
}

/** Milliseconds with three decimals: microseconds. */
function latency({ status, answeredAt, sentAt }: DecodedCommand): string {
  if (status === none) return '';
  const us = Math.round((answeredAt - sentAt) / microsecond);
  return ((us * microsecond) / millisecond).toFixed(3);
}
