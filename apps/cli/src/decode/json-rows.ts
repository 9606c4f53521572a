import { none, type DecodedCommand } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import { remembered } from './remembered.js';
import type { RowFormat } from './row-format.js';
import { formatWallTime } from './wall-time.js';

/** One JSON object a line; what does not apply is null. */
export const jsonRows: RowFormat = {
  head: '',
  row: (command, source) =>
    // The texts of a row are the same again and again; only names and details need escapes.
    `{"file":${quoted(source.file)},"frame":${command.sentFrame},"time":"${formatWallTime(source.originSeconds, command.sentAt)}",` +
    `"association":${known(command.association)},"queue":${known(command.qid)},"cid":${known(command.cid)},` +
    `"opcode":${quoted(command.name)},"nsid":${known(command.nsid)},"slba":${known(command.slba)},"nlb":${known(command.blocks)},` +
    `"bytes":${command.bytes},"status":${status(command)},"statusCode":${known(command.status)},` +
    `"latencyNs":${latency(command)},"answerFrame":${command.answerFrame === 0 ? 'null' : command.answerFrame},` +
    `"end":"${command.end}","path":${quoted(command.path)},"detail":${quoted(command.detail)}}\n`,
};

const quoted = remembered((text) => JSON.stringify(text));

function known(value: number): string {
  return value === none ? 'null' : String(value);
}

function status({ status }: DecodedCommand): string {
  return status === none ? 'null' : quoted(statusName(status));
}

function latency({ status, answeredAt, sentAt }: DecodedCommand): string {
  return status === none ? 'null' : String(answeredAt - sentAt);
}
