import { none } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import { remembered } from './remembered.js';
import { encode, type RowBuffer } from './row-buffer.js';
import type { RowFormat } from './row-format.js';
import { putWallTime } from './wall-time.js';

/** One JSON object a line; what does not apply is null. */
export const jsonRows: RowFormat = {
  head: '',
  row(rows, command, source) {
    text(rows, keys.file, source.file);
    number(rows, keys.frame, command.sentFrame);
    rows.put(keys.time);
    putWallTime(rows, source.originSeconds, command.sentAt);
    rows.put(behindTime);
    known(rows, keys.association, command.association);
    known(rows, keys.queue, command.qid);
    known(rows, keys.cid, command.cid);
    text(rows, keys.opcode, command.name);
    known(rows, keys.nsid, command.nsid);
    known(rows, keys.slba, command.slba);
    known(rows, keys.nlb, command.blocks);
    number(rows, keys.bytes, command.bytes);
    if (command.status === none) {
      rows.put(noAnswer);
    } else {
      text(rows, keys.status, statusName(command.status));
      number(rows, keys.statusCode, command.status);
      number(rows, keys.latencyNs, command.answeredAt - command.sentAt);
      number(rows, keys.answerFrame, command.answerFrame);
    }
    text(rows, keys.end, command.end);
    text(rows, keys.path, command.path);
    text(rows, keys.detail, command.detail);
    rows.put(lineEnd);
  },
};

/** What stands before each value. */
const keys = {
  file: encode('{"file":'),
  frame: encode(',"frame":'),
  time: encode(',"time":"'),
  association: encode(',"association":'),
  queue: encode(',"queue":'),
  cid: encode(',"cid":'),
  opcode: encode(',"opcode":'),
  nsid: encode(',"nsid":'),
  slba: encode(',"slba":'),
  nlb: encode(',"nlb":'),
  bytes: encode(',"bytes":'),
  status: encode(',"status":'),
  statusCode: encode(',"statusCode":'),
  latencyNs: encode(',"latencyNs":'),
  answerFrame: encode(',"answerFrame":'),
  end: encode(',"end":'),
  path: encode(',"path":'),
  detail: encode(',"detail":'),
};
const behindTime = encode('"');
const noAnswer = encode(',"status":null,"statusCode":null,"latencyNs":null,"answerFrame":null');
const lineEnd = encode('}\n');
const nothing = encode('null');

// The texts of rows are the same again and again.
const quoted = remembered((text) => encode(JSON.stringify(text)));

function text(rows: RowBuffer, key: Uint8Array, value: string): void {
  rows.put(key);
  rows.put(quoted(value));
}

function number(rows: RowBuffer, key: Uint8Array, value: number): void {
  rows.put(key);
  rows.number(value);
}

function known(rows: RowBuffer, key: Uint8Array, value: number): void {
  rows.put(key);
  if (value === none) rows.put(nothing);
  else rows.number(value);
}
