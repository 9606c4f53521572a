import { none } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import { remembered } from './remembered.js';
import { encode, type RowBuffer } from './row-buffer.js';
import type { RowFormat } from './row-format.js';
import { putWallTime } from './wall-time.js';

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

const comma = encode(',');
const lineEnd = encode('\r\n');

/** Comma-separated values (RFC 4180) with a header; what does not apply is empty. */
export const csvRows: RowFormat = {
  head: `${columns.join(',')}\r\n`,
  row(rows, command, { file, originSeconds }) {
    rows.put(field(file));
    number(rows, command.sentFrame);
    rows.put(comma);
    putWallTime(rows, originSeconds, command.sentAt);
    known(rows, command.association);
    known(rows, command.qid);
    known(rows, command.cid);
    text(rows, command.name);
    known(rows, command.nsid);
    known(rows, command.slba);
    known(rows, command.blocks);
    number(rows, command.bytes);
    if (command.status === none) {
      rows.put(noAnswer);
    } else {
      text(rows, statusName(command.status));
      number(rows, command.status);
      number(rows, command.answeredAt - command.sentAt);
      number(rows, command.answerFrame);
    }
    text(rows, command.end);
    text(rows, command.path);
    text(rows, command.detail);
    rows.put(lineEnd);
  },
};

/** Status, its code, latency and the answer's frame of a command without an answer. */
const noAnswer = encode(',,,,');

function text(rows: RowBuffer, value: string): void {
  rows.put(comma);
  if (value !== '') rows.put(field(value));
}

function number(rows: RowBuffer, value: number): void {
  rows.put(comma);
  rows.number(value);
}

function known(rows: RowBuffer, value: number): void {
  rows.put(comma);
  if (value !== none) rows.number(value);
}

const field = remembered((text) =>
  encode(/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text),
);
