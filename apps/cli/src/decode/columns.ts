import { none, type DecodedCommand } from '@fenceline/history/decode';
import { statusName } from '@fenceline/nvme';
import type { RowSource } from './row-format.js';

/** A field of a row, with its name, for formats that programs read; null where it does not apply. */
export type Column = { readonly name: string } & (
  | { kind: 'text'; of(command: DecodedCommand, source: RowSource): string | null }
  | { kind: 'number'; of(command: DecodedCommand): number | null }
  /** Nanoseconds as `putWallTime` takes them. */
  | { kind: 'time'; of(command: DecodedCommand): number }
);

export const columns: readonly Column[] = [
  { name: 'file', kind: 'text', of: (_command, source) => source.file },
  { name: 'frame', kind: 'number', of: (command) => command.sentFrame },
  { name: 'time', kind: 'time', of: (command) => command.sentAt },
  { name: 'association', kind: 'number', of: (command) => known(command.association) },
  { name: 'queue', kind: 'number', of: (command) => known(command.qid) },
  { name: 'cid', kind: 'number', of: (command) => known(command.cid) },
  { name: 'opcode', kind: 'text', of: (command) => command.name },
  { name: 'nsid', kind: 'number', of: (command) => known(command.nsid) },
  { name: 'slba', kind: 'number', of: (command) => known(command.slba) },
  { name: 'nlb', kind: 'number', of: (command) => known(command.blocks) },
  { name: 'bytes', kind: 'number', of: (command) => command.bytes },
  {
    name: 'status',
    kind: 'text',
    of: ({ status }) => (status === none ? null : statusName(status)),
  },
  { name: 'statusCode', kind: 'number', of: (command) => known(command.status) },
  {
    name: 'latencyNs',
    kind: 'number',
    of: ({ status, sentAt, answeredAt }) => (status === none ? null : answeredAt - sentAt),
  },
  {
    name: 'answerFrame',
    kind: 'number',
    of: ({ status, answerFrame }) => (status === none ? null : answerFrame),
  },
  { name: 'end', kind: 'text', of: (command) => command.end },
  { name: 'path', kind: 'text', of: (command) => command.path },
  { name: 'detail', kind: 'text', of: (command) => command.detail },
];

function known(value: number): number | null {
  return value === none ? null : value;
}
