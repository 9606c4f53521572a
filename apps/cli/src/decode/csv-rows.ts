import { none } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import { remembered } from './remembered.js';
import type { RowFormat } from './row-format.js';
import { formatWallTime } from './wall-time.js';

const columns = [
  'file',
  'frame',
  'time',
  'association',
  'queue',
  'cid',
  'opcode',
  'nsid',
  'slba',
  'nlb',
  'bytes',
  'status',
  'statusCode',
  'latencyNs',
  'answerFrame',
  'end',
  'path',
  'detail',
];

/** Comma-separated values (RFC 4180) with a header; what does not apply is empty. */
export const csvRows: RowFormat = {
  head: `${columns.join(',')}\r\n`,
  row(command, { file, originSeconds }) {
    const answered = command.status !== none;
    return (
      `${field(file)},${command.sentFrame},${formatWallTime(originSeconds, command.sentAt)},` +
      `${known(command.association)},${known(command.qid)},${known(command.cid)},${field(command.name)},` +
      `${known(command.nsid)},${known(command.slba)},${known(command.blocks)},${command.bytes},` +
      `${answered ? field(statusName(command.status)) : ''},${known(command.status)},` +
      `${answered ? command.answeredAt - command.sentAt : ''},${answered ? command.answerFrame : ''},` +
      `${command.end},${field(command.path)},${field(command.detail)}\r\n`
    );
  },
};

function known(value: number): string {
  return value === none ? '' : String(value);
}

const field = remembered((text) =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
);
